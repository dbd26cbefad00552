// The and/or filter: groups joined by «or», conditions of a group by «and»; writes expression text.
import { $, $$, element, escapeHtml, icon, on, say } from "./dom.js";
import { attach } from "./lookup.js";

let fields = [];
const quote = (v) => "'" + String(v).replace(/\\/g, "\\\\").replace(/'/g, "\\'") + "'";
const literal = (v, kind) => kind === "date" ? `date(${String(v).split("-").map(Number).join(", ")})` : kind === "number" ? String(v).replace(/[,，\s]/g, "") : kind === "raw" ? v : kind === "list" ? "[" + [].concat(v).map(quote).join(", ") + "]" : quote(v);
const options = (list, chosen, value, label) => list.map((o) => `<option value="${escapeHtml(o[value])}"${String(o[value]) === String(chosen ?? "") ? " selected" : ""}>${escapeHtml(o[label])}</option>`).join("");
function boxes(row, field, op, value, text) {
  const host = $(".b-v", row);
  host.innerHTML = "";
  const label = `aria-label="${escapeHtml(field.label)}"`;
  for (let i = 0; i < (op.arity ?? 1); i++) {
    const given = Array.isArray(value) && op.literal !== "list" ? value[i] : value;
    if (field.choices) host.insertAdjacentHTML("beforeend", `<select class="form-select" ${label}${op.literal === "list" ? " multiple data-tags" : ""}>${op.literal === "list" ? "" : "<option></option>"}${field.choices.map((o) => `<option value="${escapeHtml(o.value)}"${[].concat(given ?? []).map(String).includes(String(o.value)) ? " selected" : ""}>${escapeHtml(o.label)}</option>`).join("")}</select>`);
    else if (field.lookup_url) host.insertAdjacentHTML("beforeend", `<select class="form-select" ${label} data-lookup="${escapeHtml(field.lookup_url)}">${given ? `<option value="${escapeHtml(given)}" selected>${escapeHtml(text || given)}</option>` : "<option></option>"}</select>`);
    else if (field.kind === "date" && op.literal !== "number") host.insertAdjacentHTML("beforeend", `<div class="pick" data-pick="date"><input class="form-control num" ${label} placeholder="yyyy-mm-dd" value="${escapeHtml(given ?? "")}"><button type="button" class="pick-b" data-pick-open ${label}>${icon("calendar")}</button></div>`);
    else host.insertAdjacentHTML("beforeend", `<input class="form-control" ${label} value="${escapeHtml(given ?? "")}"${op.literal === "number" ? ' inputmode="decimal"' : ""}>`);
  }
  attach(host);
}
function condition(given = {}) {
  const field = fields.find((f) => f.path === given.path) || fields[0];
  const op = field.ops.find((o) => o.op === given.op) || field.ops[0];
  const row = element("div", { className: "b-row" });
  row.innerHTML = `<select class="form-select b-f" aria-label="${escapeHtml(say("addcond"))}">${options(fields, field.path, "path", "label")}</select><select class="form-select b-o" aria-label="=">${options(field.ops, op.op, "op", "label")}</select><div class="b-v"></div><button type="button" class="btn btn-icon btn-sm btn-ghost b-x" aria-label="${escapeHtml(say("del"))}">${icon("x")}</button>`;
  boxes(row, field, op, given.value, given.text);
  return row;
}
function group(given) {
  const made = element("fieldset", { className: "b-group" });
  made.innerHTML = `<legend>${escapeHtml(say("or"))}</legend><div class="b-rows"></div><button type="button" class="btn btn-sm b-add">${icon("plus")}${escapeHtml(say("addcond"))}</button>`;
  for (const one of given?.length ? given : [{}]) $(".b-rows", made).append(condition(one));
  return made;
}
const chosen = (row) => {
  const field = fields.find((f) => f.path === $(".b-f", row).value);
  return [field, field.ops.find((o) => o.op === $(".b-o", row).value) || field.ops[0]];
};
function asText(ui) {
  const groups = $$(".b-group", ui).map((g) => $$(".b-row", g).map((row) => {
    const [field, op] = chosen(row);
    const values = $$(".b-v input[placeholder],.b-v > input,.b-v select", row).filter((b) => !b.closest(".ts-wrapper > .ts-control")).map((b) => (b.multiple ? [...b.selectedOptions].map((o) => o.value) : b.value.trim()));
    if ((op.arity ?? 1) > 0 && values.some((v) => !v.length)) return "";
    return op.template.replace(/\{(f|v2?)\}/g, (_, k) => (k === "f" ? field.path : literal(values[k === "v2" ? 1 : 0], op.literal)));
  }).filter(Boolean)).filter((g) => g.length);
  const written = groups.map((g) => g.join(" and "));
  return written.length > 1 ? written.map((t) => `(${t})`).join(" or ") : written[0] || "";
}
on("click", "[data-builder]", (button) => {
  const dialog = $("#builder");
  const state = JSON.parse(button.dataset.builder);
  fields = JSON.parse($("#builder-fields").textContent);
  const ui = $("[data-builder-ui]", dialog);
  ui.innerHTML = "";
  ui.hidden = Boolean(state.where && !state.tree);
  $("details", dialog).open = ui.hidden;
  $("#where").value = state.where;
  for (const one of state.tree?.length ? state.tree : [null]) ui.append(group(one));
  ui.insertAdjacentHTML("beforeend", `<button type="button" class="btn btn-sm b-or">${icon("plus")}${escapeHtml(say("addgroup"))}</button>`);
  dialog.showModal();
});
on("click", ".b-add", (b) => $(".b-rows", b.parentNode).append(condition()));
on("click", ".b-or", (b) => b.before(group()));
on("click", ".b-x", (b) => {
  const g = b.closest(".b-group");
  b.closest(".b-row").remove();
  if (!$(".b-row", g) && $$(".b-group", g.parentNode).length > 1) g.remove();
});
on("change", ".b-f", (select) => {
  const row = select.closest(".b-row");
  row.replaceWith(condition({ path: select.value }));
});
on("change", ".b-o", (select) => {
  const row = select.closest(".b-row");
  const [field, op] = chosen(row);
  boxes(row, field, op);
});
document.addEventListener("change", write);
document.addEventListener("input", write);
function write(e) {
  const ui = e.target.closest?.("[data-builder-ui]");
  if (ui) $("#where").value = asText(ui);
}
on("submit", "[data-builder-form]", (form, e) => {
  e.preventDefault();
  const ui = $("[data-builder-ui]", form);
  if (!ui.hidden && !$("details", form).open) $("#where").value = asText(ui);
  const filters = $("#filters");
  let box = $('[name="where"]', filters);
  if (!box) filters.append((box = element("input", { type: "hidden", name: "where" })));
  box.value = $("#where").value;
  $("#builder").close();
  filters.requestSubmit();
});
