// Look-ups over tom-select with search on the server; the plain <select> works without script.
import TomSelect from "tom-select/base";
import removeButton from "tom-select/plugins/remove_button/plugin.js";
import { $$, escapeHtml, say } from "./dom.js";
TomSelect.define("remove_button", removeButton);

const row = (d, esc) =>
  `<div><div>${esc(d.text)}</div>${d.sub ? `<div class="sub">${esc(d.sub)}</div>` : ""}</div>`;
function valueOf(form, names) {
  for (const name of names) {
    const box = form.elements.namedItem(name);
    if (box) return box.type === "checkbox" ? String(box.checked) : box.value;
    const fixed = form.querySelector(`[data-ro="${CSS.escape(name)}"]`); // shown, and not to be typed in
    if (fixed) return fixed.dataset.value;
  }
  return "";
}
function address(select, query) {
  const any = select.form && select.form.querySelector(`[data-any="${CSS.escape(select.id)}"]`);
  const url = new URL(any?.selectedOptions[0]?.dataset.url || select.dataset.lookup, location.href);
  url.searchParams.set("q", query);
  const line = select.name.match(/^(.*\.\d+\.)/)?.[1] || "";
  for (const name of (select.dataset.depends || "").split(" ").filter(Boolean)) {
    // "reduction.room" is the box `room` of the document that this line belongs to
    const value = valueOf(select.form, name.includes(".") ? [name.split(".").pop()] : [line + name, name]);
    if (value) url.searchParams.set("r." + name, value);
  }
  return url;
}
function server(select) {
  const multiple = select.multiple;
  const box = new TomSelect(select, {
    valueField: "value", labelField: "text", searchField: [], maxOptions: 50,
    preload: false, allowEmptyOption: false, placeholder: select.dataset.placeholder || "",
    plugins: multiple ? ["remove_button"] : [], score: () => () => 1, loadThrottle: 200,
    // An open list would hide what comes below it, on a phone above all.
    hideSelected: multiple, closeAfterSelect: true, shouldLoad: () => true,
    load(query, done) {
      const kept = this.items.slice();
      for (const key of Object.keys(this.options)) if (!kept.includes(key)) this.removeOption(key, true);
      fetch(address(select, query), { headers: { "X-Requested-With": "fetch", Accept: "application/json" } })
        .then((r) => (r.ok ? r.json() : { items: [] }))
        .then((j) => done(j.items))
        .catch(() => done());
    },
    render: {
      option: row, item: (d, esc) => `<div>${esc(d.text)}</div>`,
      no_results: () => `<div class="no-results">${escapeHtml(say("none"))}</div>`,
      loading: () => `<div class="no-results">${escapeHtml(say("loading"))}</div>`,
    },
  });
  box.on("focus", () => box.load(""));
  if (!multiple) {
    box.on("type", () => {});
    box.control_input.addEventListener("keydown", (e) => {
      if ((e.key === "Backspace" || e.key === "Delete") && !box.control_input.value && box.items.length) box.clear();
    });
  }
  return box;
}
function local(select) {
  return new TomSelect(select, {
    plugins: ["remove_button"], create: select.dataset.create === "1", placeholder: select.dataset.placeholder || "",
    render: { no_results: () => `<div class="no-results">${escapeHtml(say("none"))}</div>` },
  });
}
export function attach(root) {
  for (const select of $$("select[data-lookup],select[data-tags]", root)) {
    if (select.tomselect || select.closest("template")) continue;
    // The label comes to name the box that tom-select draws; the <select> keeps its name this way.
    const label = select.getAttribute("aria-label") || select.labels?.[0]?.textContent.trim();
    if (label) select.setAttribute("aria-label", label);
    const box = select.dataset.lookup !== undefined ? server(select) : local(select);
    if (label) box.control_input.setAttribute("aria-label", label);
    select.setAttribute("aria-hidden", "true"); // one box, not two, for who listens to the screen
    const help = select.getAttribute("aria-describedby");
    if (help) box.control_input.setAttribute("aria-describedby", help);
    if (select.getAttribute("aria-invalid")) box.control_input.setAttribute("aria-invalid", "true");
  }
}
document.addEventListener("change", (e) => {
  const form = e.target.form;
  if (!form || !e.target.name) return;
  const name = e.target.name.split(".").pop();
  for (const select of $$("select[data-depends]", form)) {
    const read = select.dataset.depends.split(" ");
    const above = e.target.name === name && read.some((one) => one.endsWith("." + name));
    if (select === e.target || !(above || read.includes(name))) continue;
    const before = e.target.name.slice(0, -name.length);
    if (before && !select.name.startsWith(before)) continue;
    select.tomselect?.clear();
    select.tomselect?.clearOptions();
  }
  if (e.target.dataset.any) {
    const other = document.getElementById(e.target.dataset.any);
    other?.tomselect?.clear();
    other?.tomselect?.clearOptions();
  }
});
// In a chip the list of choices stands in the flow: closing it on mousedown would move the button
// that is being pressed away from under the pointer.
document.addEventListener("mousedown", (e) => {
  const button = e.target.closest?.(".pop button");
  if (!button || !button.closest(".pop").querySelector(".ts-wrapper.focus") || button.closest(".ts-wrapper")) return;
  e.preventDefault();
  e.stopPropagation();
}, true);
