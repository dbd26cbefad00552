// Build time only: npm packages and assets/ become engine/web/static/dist, which is committed, so
// that a server needs no Node. Usage: npm ci && npm run build
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import esbuild from "esbuild";
import { PurgeCSS } from "purgecss";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const out = path.join(root, "engine/web/static/dist");
const modules = path.join(here, "node_modules");
const read = (...parts) => fs.readFileSync(path.join(...parts), "utf8");
function* walk(folder, wanted) {
  if (!fs.existsSync(folder)) return;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!/^(static|node_modules|__pycache__|\..*)$/.test(entry.name)) yield* walk(at, wanted);
    } else if (wanted.test(entry.name)) yield at;
  }
}
fs.mkdirSync(out, { recursive: true });
const stale = new Set(fs.readdirSync(out));

const names = ["core", "charts", "flow", "sign"];
await esbuild.build({
  entryPoints: names.map((n) => path.join(here, "assets", n + ".js")), outdir: out,
  bundle: true, minify: true, format: "iife", target: "es2022", legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' }, absWorkingDir: here,
});

// Tabler and tom-select, less what no template or script names; then our own layer.
const templates = [...walk(path.join(root, "engine/web"), /\.(html|py)$/), ...walk(path.join(root, "plugins"), /\.(html|py)$/)];
const scripts = [...walk(path.join(here, "assets"), /\.js$/)];
const bought = read(modules, "@tabler/core/dist/css/tabler.min.css") + read(modules, "tom-select/dist/css/tom-select.bootstrap5.min.css");
const purged = await new PurgeCSS().purge({
  content: [...templates, ...scripts], css: [{ raw: bought }], variables: false, keyframes: true,
  safelist: {
    standard: [
      /^ts-/, /^bg-(blue|green|red|orange|yellow|azure|indigo|purple|pink|lime|teal|secondary|cyan)-lt$/,
      /^alert-/, /^(show|showing|hiding|collapsing|active|disabled|is-invalid|invalid-feedback|offcanvas-backdrop|fade)$/,
    ],
    greedy: [/data-bs-theme/, /ts-wrapper/, /ts-dropdown/, /ts-control/],
  },
});
const css = await esbuild.transform(purged[0].css + read(here, "assets/app.css"), { loader: "css", minify: true, target: "chrome105" });
fs.writeFileSync(path.join(out, "app.css"), css.code.replace(/\/\*[#!][\s\S]*?\*\//g, ""));

// The sprite: icons that templates, Python, scripts and the company's YAML name, and icons.txt.
const used = new Set(read(here, "icons.txt").split("\n").filter((l) => !l.startsWith("#")).join(" ").split(/\s+/).filter(Boolean));
const yaml = ["models", "plugins", "workflows", "reports", "examples"].flatMap((d) => [...walk(path.join(root, d), /\.ya?ml$/)]);
for (const file of [...templates, ...scripts]) {
  for (const call of read(file).matchAll(/icon\(([^)]*)\)|icon["']?\s*[:=]\s*(["'][a-z0-9-]+["'])/g)) {
    for (const name of (call[1] ?? call[2] ?? "").matchAll(/["']([a-z0-9-]+)["']/g)) used.add(name[1]);
  }
}
for (const file of yaml) for (const found of read(file).matchAll(/\bicon:\s*["']?([a-z0-9-]+)/g)) used.add(found[1]);
let sprite = '<svg xmlns="http://www.w3.org/2000/svg">';
const missing = [];
const drawn = [];
for (const name of [...used].sort()) {
  const file = path.join(modules, "@tabler/icons/icons/outline", name + ".svg");
  if (!fs.existsSync(file)) { missing.push(name); continue; }
  const body = read(file).replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace("</svg>", "").replace(/<path stroke="none"[^>]*\/>/g, "").replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>");
  sprite += `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  drawn.push(name);
}
fs.writeFileSync(path.join(out, "icons.svg"), sprite + "</svg>");
fs.writeFileSync(path.join(out, "icons.json"), JSON.stringify(drawn) + "\n");
if (missing.length) console.warn("not drawn (no such icon):", missing.join(" "));
fs.copyFileSync(path.join(here, "assets/favicon.svg"), path.join(out, "favicon.svg"));

// Licences of what is shipped, and a version for each file's URL.
const shipped = ["@tabler/core", "@tabler/icons", "htmx.org", "tom-select", "echarts", "zrender", "signature_pad", "@dagrejs/dagre"];
const licences = shipped.map((name) => {
  const about = JSON.parse(read(modules, name, "package.json"));
  const file = fs.readdirSync(path.join(modules, name)).find((f) => /^licen[cs]e/i.test(f));
  return `${name} ${about.version} (${about.license || "see below"})\n${file ? read(modules, name, file).trim() : ""}\n`;
});
fs.writeFileSync(path.join(out, "LICENSES.txt"), licences.join("\n" + "-".repeat(72) + "\n"));
const versions = {};
const made = new Set([...names.map((n) => n + ".js"), "app.css", "icons.svg", "icons.json", "favicon.svg", "LICENSES.txt", "versions.json"]);
for (const file of stale) if (!made.has(file)) fs.rmSync(path.join(out, file));
for (const file of fs.readdirSync(out).sort()) {
  const bytes = fs.readFileSync(path.join(out, file));
  if (!/\.(js|css|svg)$/.test(file)) continue;
  versions[file] = crypto.createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  console.log(file.padEnd(14), (bytes.length / 1024).toFixed(1).padStart(7), "KB", (zlib.gzipSync(bytes, { level: 9 }).length / 1024).toFixed(1).padStart(6), "KB gz");
}
fs.writeFileSync(path.join(out, "versions.json"), JSON.stringify(versions, null, 1) + "\n");
console.log("icons", drawn.length);
