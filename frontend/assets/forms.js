// Forms: lines, rules, drafts, unsaved warning, double-submit guard, files, rich text, mentions.
import { $, $$, csrf, element, escapeHtml, icon, on, say, toast } from "./dom.js";
import { attach } from "./lookup.js";
import { run } from "./rules.js";

let dirty = false;
export const isDirty = () => dirty;
function touched(form) {
  dirty = true;
  document.body.classList.add("is-dirty");
  keepDraft(form);
}
for (const event of ["input", "change"]) {
  document.addEventListener(event, (e) => {
    const form = e.target.form;
    if (!form) return;
    if (form.matches("[data-rules]")) run(form);
    if (form.matches("[data-guard]") && !e.target.closest("[data-how]")) touched(form);
    const own = e.target.closest(".field,td");
    if (own && e.target.matches("[aria-invalid]")) e.target.removeAttribute("aria-invalid");
  });
}
addEventListener("beforeunload", (e) => {
  if (dirty) e.preventDefault();
});
on("click", "[data-leave]", () => { dirty = false; });

// Child lines
on("click", "[data-line-add]", (button) => {
  const host = button.closest(".lines-wrap");
  const table = $("table", host);
  const n = table.dataset.next++;
  table.tBodies[0].insertAdjacentHTML("beforeend", $("template", host).innerHTML.replaceAll("__n__", n));
  const row = table.tBodies[0].lastElementChild;
  attach(row);
  $("input:not([type=hidden]),select,textarea", row)?.focus();
  if (button.form?.matches("[data-guard]")) touched(button.form);
  if (button.form) run(button.form);
});
on("click", "[data-line-del]", (button) => {
  const row = button.closest("tr");
  const form = button.form;
  if (row.dataset.id) {
    $("[data-del]", row).value = "1";
    row.hidden = true;
  } else row.remove();
  if (form.matches("[data-guard]")) touched(form);
  run(form);
});
document.addEventListener("keydown", (e) => {
  const table = e.target.closest?.("table[data-lines]");
  if (!table || e.key !== "Enter" || !e.target.matches("input") || e.isComposing || e.target.closest(".ts-wrapper")) return;
  e.preventDefault();
  const rows = $$("tbody > tr", table).filter((r) => !r.hidden);
  const at = rows.indexOf(e.target.closest("tr"));
  const column = [...e.target.closest("tr").children].indexOf(e.target.closest("td"));
  if (at === rows.length - 1) $("[data-line-add]", table.parentNode)?.click();
  else $("input:not([type=hidden])", rows[at + 1].children[column])?.focus();
});

// Drafts on this device, by URL
const draftKey = (form) => "draft:" + form.dataset.draft;
let timer = 0;
function keepDraft(form) {
  if (!form.dataset.draft) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    const kept = [...new FormData(form)].filter(([k, v]) => typeof v === "string" && !k.startsWith("_") && k !== "csrf_token" && !k.includes("password") && v.length < 20000);
    try {
      localStorage.setItem(draftKey(form), JSON.stringify({ at: Date.now(), version: form.elements._version?.value || "", values: kept }));
    } catch { /* storage is full or off: no draft then */ }
  }, 800);
}
function dropDraft(form) {
  clearTimeout(timer);
  if (form.dataset.draft) localStorage.removeItem(draftKey(form));
}
function offerDraft(form) {
  let found;
  try { found = JSON.parse(localStorage.getItem(draftKey(form))); } catch { return; }
  if (!found || Date.now() - found.at > 7 * 864e5 || found.version !== (form.elements._version?.value || "")) return dropDraft(form);
  const bar = element("div", { className: "alert alert-info draft", html: `${icon("history")}<div>${escapeHtml(say("draft").replace("{time}", new Date(found.at).toLocaleString(document.documentElement.lang)))} <button type="button" class="btn btn-sm" data-yes>${escapeHtml(say("restore"))}</button> <button type="button" class="btn btn-sm" data-no>${escapeHtml(say("discard"))}</button></div>` });
  bar.setAttribute("role", "status");
  $(".card", form).before(bar);
  bar.addEventListener("click", (e) => {
    if (e.target.closest("[data-yes]")) { restore(form, found.values); bar.remove(); }
    if (e.target.closest("[data-no]")) { dropDraft(form); bar.remove(); }
  });
}
function restore(form, values) {
  const byName = new Map();
  for (const [k, v] of values) byName.set(k, [...(byName.get(k) || []), v]);
  for (const table of $$("table[data-lines]", form)) {
    const prefix = table.dataset.lines + ".";
    const most = Math.max(-1, ...[...byName.keys()].filter((k) => k.startsWith(prefix)).map((k) => parseInt(k.slice(prefix.length))).filter((n) => !isNaN(n)));
    while (Number(table.dataset.next) <= most && $("[data-line-add]", table.parentNode)) $("[data-line-add]", table.parentNode).click();
  }
  for (const box of form.elements) {
    if (!box.name || box.type === "file" || box.name.startsWith("_") || box.name === "csrf_token") continue;
    const given = byName.get(box.name) || [];
    if (box.type === "checkbox" || box.type === "radio") box.checked = given.includes(box.value);
    else if (box.tomselect) {
      for (const v of given) if (v && !box.tomselect.options[v]) box.tomselect.addOption({ value: v, text: v });
      box.tomselect.setValue(box.multiple ? given : given[0] || "", true);
    } else if (byName.has(box.name)) box.value = given[0];
  }
  touched(form);
  run(form);
}

// One press is one request
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (e.defaultPrevented) return;
  if (form.matches("[data-guard]")) { dirty = false; dropDraft(form); }
  if (!form.matches("[data-once]") || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) return e.preventDefault();
  form.dataset.sent = "1";
  // The pressed button must still be sent, so it is only greyed after this turn.
  setTimeout(() => $$("button:not([type=button])", form).forEach((b) => { b.disabled = true; b.classList.add("is-busy"); }));
});
addEventListener("pageshow", () => $$("form[data-sent]").forEach((f) => {
  delete f.dataset.sent;
  $$("button.is-busy", f).forEach((b) => { b.disabled = false; b.classList.remove("is-busy"); });
}));

// Conflict page: take the other's value
on("click", "[data-take]", (button) => {
  const box = button.closest("form").elements.namedItem(button.dataset.take);
  if (!box) return;
  const value = button.dataset.takeValue;
  if (box.tomselect) { box.tomselect.addOption({ value, text: button.closest("td").querySelector("ins").textContent }); box.tomselect.setValue(value); }
  else if (box.type === "checkbox") box.checked = value === "true";
  else box.value = value;
  button.closest("tr").classList.add("taken");
  button.disabled = true;
  touched(button.closest("form"));
});

// Bulk edit: a box counts only when «Set» is chosen; typing chooses it
function bulkField(host) { host.classList.toggle("on", $("[data-how]", host).value === "set"); }
on("change", "[data-how]", (select) => bulkField(select.closest("[data-bulk-f]")));
on("input", "[data-bulk-f] .bulk-v", (_, e) => {
  const host = e.target.closest("[data-bulk-f]");
  $("[data-how]", host).value = "set";
  bulkField(host);
});

// Files
function send(url, files, name, bar, done) {
  const data = new FormData();
  data.append("csrf_token", csrf());
  for (const f of files) data.append(name, f);
  const request = new XMLHttpRequest();
  request.open("POST", url);
  request.setRequestHeader("X-CSRFToken", csrf());
  request.setRequestHeader("HX-Request", "true");
  request.upload.onprogress = (e) => { bar.hidden = false; bar.value = (e.loaded / e.total) * 100; };
  request.onload = () => {
    bar.hidden = true;
    if (request.status < 300) done(request);
    else toast(request.responseText.length < 200 && request.responseText ? request.responseText : say("err"), "danger");
  };
  request.onerror = () => { bar.hidden = true; toast(say("net"), "danger"); };
  request.send(data);
}
async function smaller(file) {
  // Photos of today's phones are 4–12 MB; 1600 px is enough to read a meter.
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 600e3) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, 1600 / Math.max(image.width, image.height));
    const canvas = element("canvas", { width: image.width * scale, height: image.height * scale });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
  } catch { return file; }
}
on("change", "input[data-image]", async (box) => {
  if (box.dataset.upload) return;
  const kept = new DataTransfer();
  for (const f of box.files) kept.items.add(await smaller(f));
  box.files = kept.files;
});
on("change", "input[data-upload]", async (box) => {
  const host = box.closest("[data-files]");
  const files = box.dataset.image !== undefined ? await Promise.all([...box.files].map(smaller)) : [...box.files];
  for (const file of files) {
    send(box.dataset.upload, [file], "file", $("progress", host), (r) => {
      const f = JSON.parse(r.responseText);
      if (!box.multiple) $(".file-list", host).innerHTML = "";
      $(".file-list", host).insertAdjacentHTML("beforeend", `<li>${icon("paperclip")}<a href="${escapeHtml(f.url)}">${escapeHtml(f.name)}</a> <small>${escapeHtml(f.size_text || "")}</small><input type="hidden" name="${escapeHtml(box.name)}.keep" value="${escapeHtml(f.id)}"><button type="button" class="btn btn-icon btn-sm" data-file-del aria-label="${escapeHtml(say("del"))}">${icon("x")}</button></li>`);
    });
  }
  box.value = "";
});
on("click", "[data-file-del]", (button) => {
  const form = button.form;
  button.closest("li").remove();
  if (form?.matches("[data-guard]")) touched(form);
});
on("change", "[data-files] input[type=file]", (box) => {
  const host = $(".picked", box.closest("[data-files]"));
  if (box.dataset.upload || !host) return;
  host.replaceChildren(...[...box.files].map((f) => element("li", { textContent: `${f.name} (${f.size > 1048576 ? (f.size / 1048576).toFixed(1) + " MB" : Math.ceil(f.size / 1024) + " KB"})` })));
});
const attachFiles = (form, files) => send(form.action, files, "files", $("progress", form), (r) => {
  const side = form.parentNode;
  if (r.responseText.includes("file-list") && !r.responseText.includes("<html")) {
    const made = element("template", { html: r.responseText });
    $(".file-list", side).replaceWith($(".file-list", made.content));
  } else location.reload();
});
on("change", "[data-attach] input[type=file]", (box) => attachFiles(box.form, box.files));
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (e) => {
    const area = e.target.closest?.(".drop");
    if (!area) return;
    e.preventDefault();
    area.classList.toggle("over", kind === "dragover");
    if (kind !== "drop") return;
    if (area.closest("[data-attach]")) return attachFiles(area.closest("form"), e.dataTransfer.files);
    const box = $("input", area);
    box.files = e.dataTransfer.files;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Rich text: the textarea stays the truth, the server cleans what it gets
function rich(host) {
  const area = $("textarea", host);
  const box = element("div", { className: "form-control rich-box", contentEditable: "true" });
  box.setAttribute("role", "textbox");
  box.setAttribute("aria-multiline", "true");
  box.setAttribute("aria-labelledby", "l-" + area.id);
  const parsed = new DOMParser().parseFromString(area.value, "text/html");
  $$("script,style,iframe,object,embed,link,meta", parsed).forEach((n) => n.remove());
  $$("*", parsed).forEach((n) => [...n.attributes].forEach((a) => { if (a.name !== "href" || !/^(https?:|mailto:|tel:|\/)/.test(a.value)) n.removeAttribute(a.name); }));
  box.append(...parsed.body.childNodes);
  area.hidden = true;
  area.after(box);
  box.addEventListener("input", () => { area.value = box.textContent.trim() ? box.innerHTML : ""; area.dispatchEvent(new Event("input", { bubbles: true })); });
  box.addEventListener("paste", (e) => { e.preventDefault(); document.execCommand("insertText", false, e.clipboardData.getData("text/plain")); });
  host.addEventListener("click", (e) => {
    const b = e.target.closest("[data-cmd]");
    if (b) { box.focus(); document.execCommand(b.dataset.cmd); }
  });
}

// Text boxes that grow; mentions
const grow = (box) => { box.style.height = "auto"; if (box.scrollHeight) box.style.height = Math.min(box.scrollHeight + 2, 320) + "px"; };
on("input", "[data-grow]", grow);
let people = null;
on("input", "[data-mention]", async (box) => {
  const found = /(?:^|\s)@([\p{L}\p{N}_.-]{0,20})$/u.exec(box.value.slice(0, box.selectionStart));
  people?.remove();
  people = null;
  if (!found) return;
  const answer = await fetch(box.dataset.mention + (box.dataset.mention.includes("?") ? "&" : "?") + "q=" + encodeURIComponent(found[1]), { headers: { Accept: "application/json" } }).then((r) => r.json()).catch(() => ({ items: [] }));
  people?.remove();
  if (!answer.items.length) return;
  people = element("div", { className: "mentions", role: "listbox" });
  for (const p of answer.items.slice(0, 6)) {
    const b = element("button", { type: "button", textContent: p.text });
    b.setAttribute("role", "option");
    b.addEventListener("click", () => {
      const at = box.selectionStart - found[1].length;
      box.setRangeText(p.value + " ", at, box.selectionStart, "end");
      people.remove();
      box.focus();
    });
    people.append(b);
  }
  box.after(people);
});
document.addEventListener("keydown", (e) => {
  const box = e.target.closest?.(".composer textarea");
  if (!box) return;
  if (people && (e.key === "Tab" || e.key === "ArrowDown" || e.key === "Enter") && people.isConnected) { e.preventDefault(); $("button", people).focus(); if (e.key === "Enter") $("button", people).click(); return; }
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) box.form.requestSubmit();
});

// Errors: open the tab of the first one, jump from the summary
export function openTabOf(box) {
  const pane = box?.closest(".tab-pane");
  if (pane && !pane.classList.contains("active")) $(`[data-bs-target="#${CSS.escape(pane.id)}"]`)?.click();
}
on("click", "[data-jump]", (link, e) => {
  const box = document.getElementById(link.getAttribute("href").slice(1));
  if (!box) return;
  e.preventDefault();
  openTabOf(box);
  const target = box.tomselect?.control_input || (box.matches("input,select,textarea,button,[tabindex]") ? box : $("input,select,textarea", box) || box);
  setTimeout(() => { target.focus(); target.scrollIntoView({ block: "center" }); }, 60);
});
export function start(root) {
  attach(root);
  $$("form[data-rules]", root).forEach(run);
  $$("form[data-draft]", root).forEach((f) => { if (!f.dataset.offered) { f.dataset.offered = "1"; offerDraft(f); } });
  $$("[data-rich]", root).forEach(rich);
  $$("[data-grow]", root).forEach(grow);
  $$("[data-bulk-f]", root).forEach(bulkField);
  const first = $(".field .invalid-feedback,td .invalid-feedback", root);
  if (first) openTabOf(first);
}
