// Rules and formulas of the form, compiled by the server to small trees; the server has the last word.
import { $, $$ } from "./dom.js";
import { Decimal } from "./decimal.js";

class Unknown extends Error {}
const number = (v) => Decimal.of(v);
const text = (v) => (v === null || v === undefined ? null : String(v));
const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
const known = (run) => (...args) => (args.some((a) => a === null || a === undefined) ? null : run(...args));
const arithmetic = (run) => known((a, b) => {
  const [x, y] = [number(a), number(b)];
  return x && y ? run(x, y) : null;
});
function order(a, b) {
  if (typeof a === "boolean" || typeof b === "boolean") return String(a) === String(b) ? 0 : 1;
  const [x, y] = [number(a), number(b)];
  if (x && y) return x.compare(y);
  const [s, t] = [String(a), String(b)];
  return s < t ? -1 : s > t ? 1 : 0;
}
const compare = (test) => known((a, b) => test(order(a, b)));
const empty = (v) => v === null || v === undefined || v === "" || (Array.isArray(v) && !v.length);
const member = known((needle, list) => [].concat(list).some((x) => order(needle, x) === 0));
const extreme = (sign) => (...args) => {
  const kept = args.flat().filter((x) => !empty(x));
  return kept.reduce((best, x) => (best === null || order(x, best) * sign > 0 ? x : best), null);
};
const round = (way) => (v, places) => {
  const x = number(v);
  return x && x.round(places ? Number(String(places)) : 0, way);
};
const dayNumber = (v) => Date.parse(String(v).slice(0, 10)) / 864e5;
const operations = {
  "+": arithmetic((a, b) => a.plus(b)), "-": arithmetic((a, b) => a.minus(b)),
  "*": arithmetic((a, b) => a.times(b)), "/": arithmetic((a, b) => a.over(b)),
  neg: (a) => number(a)?.negated() ?? null,
  "<": compare((c) => c < 0), "<=": compare((c) => c <= 0),
  ">": compare((c) => c > 0), ">=": compare((c) => c >= 0),
  "==": (a, b) => (empty(a) || empty(b) ? empty(a) && empty(b) : order(a, b) === 0),
  "!=": (a, b) => (empty(a) || empty(b) ? empty(a) !== empty(b) : order(a, b) !== 0),
  in: member, not_in: (a, b) => { const r = member(a, b); return r === null ? null : !r; },
  not: (a) => (a === null ? null : !a),
  is_empty: empty, coalesce: (...args) => args.find((a) => !empty(a)) ?? null,
  round: round("half"), floor: round("floor"), ceil: round("ceil"),
  abs: (a) => { const x = number(a); return x && (x.units < 0n ? x.negated() : x); },
  min: extreme(-1), max: extreme(1),
  len: known((a) => Decimal.of(a.length)),
  lower: known((a) => text(a).toLowerCase()), upper: known((a) => text(a).toUpperCase()),
  contains: known((a, b) => text(a).toLowerCase().includes(text(b).toLowerCase())),
  starts_with: known((a, b) => text(a).toLowerCase().startsWith(text(b).toLowerCase())),
  ends_with: known((a, b) => text(a).toLowerCase().endsWith(text(b).toLowerCase())),
  concat: (...args) => args.filter((a) => a !== null).map(String).join(""),
  today, days_between: known((a, b) => Decimal.of(Math.round(dayNumber(b) - dayNumber(a)))),
  year: known((a) => Decimal.of(String(a).slice(0, 4))), month: known((a) => Decimal.of(String(a).slice(5, 7))),
  day: known((a) => Decimal.of(String(a).slice(8, 10))),
};
export function evaluate(tree, read) {
  if ("value" in tree) return tree.value;
  if ("field" in tree) return read(tree.field, tree.type);
  const args = tree.args || [];
  if (tree.op === "sum" || tree.op === "count") return overLines(tree.op, args[0], read);
  if (tree.op === "and" || tree.op === "or") {
    const stop = tree.op === "or";
    let result = !stop;
    for (const arg of args) {
      const got = evaluate(arg, read);
      if (got === stop) return stop;
      if (got === null || got === undefined) result = null;
    }
    return result;
  }
  if (tree.op === "if") {
    return evaluate(args[evaluate(args[0], read) === true ? 1 : 2] || { value: null }, read);
  }
  if (!operations[tree.op]) throw new Unknown(tree.op);
  return operations[tree.op](...args.map((a) => evaluate(a, read)));
}
// `sum(lines.qty * lines.price)`: the argument is evaluated once for each line.
function overLines(op, tree, read) {
  const rows = read.rows(linesOf(tree));
  if (op === "count" && tree.field && !tree.field.includes(".")) return Decimal.of(rows.length);
  const values = rows.map((row) => evaluate(tree, row)).filter((v) => !empty(v));
  if (op === "count") return Decimal.of(values.length);
  return values.reduce((t, v) => t.plus(number(v) || Decimal.of(0)), Decimal.of(0));
}
function linesOf(tree) {
  if (tree.field) return tree.field.split(".")[0];
  for (const arg of tree.args || []) {
    const found = linesOf(arg);
    if (found) return found;
  }
  return "";
}
function boxValue(box, type) {
  // Not on this form: only the server knows.
  if (!box) throw new Unknown();
  if (box.dataset?.ro !== undefined) return typed(box.dataset.value ?? "", type);
  if (box.type === "checkbox") return box.checked;
  if (box.multiple) return [...box.selectedOptions].map((o) => o.value);
  return typed(box.value, type);
}
function typed(value, type) {
  if (value === "") return null;
  if (type === "boolean") return value === "true" || value === true;
  return value;
}
const quoted = (name) => name.replace(/["\\]/g, "\\$&");
function boxNamed(form, name) {
  const box = form.elements.namedItem(name);
  if (!box) return $(`[data-ro="${quoted(name)}"]`, form);
  if (box instanceof RadioNodeList) return $(`[name="${quoted(name)}"]:checked`, form) || { value: "" };
  return box;
}
export function reader(form, prefix = "") {
  const read = (name, type) => {
    const own = prefix && boxNamed(form, prefix + name);
    return boxValue(own || boxNamed(form, name), type);
  };
  read.rows = (lines) => {
    const table = $(`[data-lines="${quoted(lines)}"]`, form);
    if (!table) throw new Unknown();
    return liveRows(table).map((row) => (name, type) =>
      boxValue(boxNamed(form, `${lines}.${row.dataset.line}.${name.slice(lines.length + 1)}`), type));
  };
  return read;
}
const liveRows = (table) => $$("tbody > tr", table).filter((r) => !r.hidden);
function fill(form, box, tree) {
  const line = box.closest("tr[data-line]");
  const table = line?.closest("[data-lines]");
  const got = evaluate(tree, reader(form, table ? `${table.dataset.lines}.${line.dataset.line}.` : ""));
  let shown = got === null || got === undefined ? null : got;
  if (shown instanceof Decimal && box.dataset.scale) shown = shown.round(Number(box.dataset.scale));
  const plain = shown === null ? "" : String(shown);
  if (box.dataset.value === plain && box.dataset.done) return;
  box.dataset.value = plain;
  box.dataset.done = "1";
  const pretty = shown instanceof Decimal ? shown.grouped() : plain;
  box.textContent = pretty ? (box.dataset.money !== undefined ? "¥" : "") + pretty : "–";
}
function totals(form) {
  for (const table of $$("[data-lines]", form)) {
    for (const cell of $$("[data-total]", table)) {
      const column = { field: `${table.dataset.lines}.${cell.dataset.total}` };
      guard(() => { cell.textContent = overLines("sum", column, reader(form)).round(2).grouped(); });
    }
  }
}
function show(host, yes) {
  host.hidden = !yes;
  for (const box of $$("input,select,textarea", host)) box.toggleAttribute("data-off", !yes);
}
function apply(form, host) {
  const rules = JSON.parse(host.dataset.rule);
  const line = host.closest("tr[data-line]");
  const prefix = line ? `${line.closest("[data-lines]").dataset.lines}.${line.dataset.line}.` : "";
  const holds = (tree) => evaluate(tree, reader(form, prefix)) === true;
  if (rules.visible) show(host, holds(rules.visible));
  if (rules.required) {
    const yes = holds(rules.required);
    $(".form-label", host)?.classList.toggle("req", yes);
    for (const box of $$("[name]:not([type=hidden])", host)) box.required = yes;
  }
  if (rules.read_only) {
    const yes = holds(rules.read_only);
    for (const box of $$("[name]:not([type=hidden])", host)) {
      box.readOnly = yes;
      if (box.matches("select,[type=checkbox],[type=radio],[type=file]")) {
        box.toggleAttribute("data-locked", yes);
        if (box.tomselect) yes ? box.tomselect.lock() : box.tomselect.unlock();
      }
    }
    host.classList.toggle("is-ro", yes);
  }
}
export function run(form) {
  // Twice: a total may feed another formula.
  for (let pass = 0; pass < 2; pass++) {
    for (const box of $$("[data-formula]", form)) guard(() => fill(form, box, JSON.parse(box.dataset.formula)));
    totals(form);
  }
  for (const host of $$("[data-rule]", form)) guard(() => apply(form, host));
}
function guard(work) {
  try { work(); } catch (error) { if (!(error instanceof Unknown)) throw error; }
}
