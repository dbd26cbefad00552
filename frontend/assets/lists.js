// Lists: selection, rows, board, branches of a tree, keyboard.
import { $, $$, csrf, element, on, say, toast } from "./dom.js";

const picked = (root = document) => $$("input[name=ids],input[name=rowid]", root).filter((b) => b.checked && b.offsetParent !== null);
export function bulk() {
  const bar = $("#bulk");
  const shown = $$("input[name=ids],input[name=rowid]").filter((b) => b.offsetParent !== null);
  const n = picked().length;
  for (const all of $$("[data-check-all]")) {
    all.checked = n > 0 && n === shown.length;
    all.indeterminate = n > 0 && n < shown.length;
  }
  if (!bar) return;
  bar.hidden = !n;
  $("[data-count]", bar).textContent = n;
  const every = $("[data-all-wrap]", bar);
  if (every) {
    every.hidden = n !== shown.length;
    if (every.hidden) $("input", every).checked = false;
  }
}
let last = null;
on("click", "input[name=ids],input[name=rowid]", (box, e) => {
  if (e.shiftKey && last) {
    const boxes = $$(`input[name=${box.name}]`).filter((b) => b.offsetParent !== null);
    const [a, b] = [boxes.indexOf(last), boxes.indexOf(box)].sort((x, y) => x - y);
    if (a >= 0) boxes.slice(a, b + 1).forEach((x) => { x.checked = box.checked; });
  }
  last = box;
  bulk();
});
on("change", "[data-check-all]", (all) => {
  $$("input[name=ids],input[name=rowid]").forEach((b) => { if (b.offsetParent !== null) b.checked = all.checked; });
  bulk();
});
on("click", "[data-clear-bulk]", () => { $$("input[name=ids]").forEach((b) => { b.checked = false; }); bulk(); });
// Only what is seen is sent: the phone's cards and the table have boxes of the same name.
document.addEventListener("formdata", (e) => {
  if (e.target.id !== "bulk") return;
  const ids = new Set(picked().map((b) => b.value));
  e.formData.delete("ids");
  ids.forEach((id) => e.formData.append("ids", id));
});
// Empty boxes of a GET form stay out of the address.
document.addEventListener("htmx:configRequest", (e) => {
  if (e.detail.verb !== "get" || !e.detail.elt.closest("#filters")) return;
  const data = e.detail.formData || e.detail.parameters;
  const empty = [...(data.entries?.() || Object.entries(data))].filter(([, v]) => v === "").map(([k]) => k);
  for (const k of new Set(empty)) {
    const kept = (data.getAll?.(k) || []).filter((v) => v !== "");
    data.delete ? data.delete(k) : delete data[k];
    kept.forEach((v) => data.append(k, v));
  }
});
on("click", "tr[data-href]", (row, e) => {
  if (e.target.closest("a,button,input,label,select,textarea,.ts-wrapper,.dropdown-menu,form") || getSelection().toString()) return;
  if (e.ctrlKey || e.metaKey) open(row.dataset.href);
  else location.href = row.dataset.href;
});
on("click", "[data-toggle-branch]", async (button) => {
  const row = button.closest("tr");
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  const level = Number(row.dataset.level || 0);
  if (!button.dataset.toggleBranch) {
    // The whole tree is here: hide or show what is below, closed branches stay closed.
    let closed = null;
    for (let below = row.nextElementSibling; below && Number(below.dataset.level || 0) > level; below = below.nextElementSibling) {
      const at = Number(below.dataset.level || 0);
      if (closed !== null && at <= closed) closed = null;
      below.hidden = open || closed !== null;
      if (closed === null && $('.tg[aria-expanded="false"]', below)) closed = at;
    }
    return;
  }
  if (open) {
    while (row.nextElementSibling && Number(row.nextElementSibling.dataset.level || 0) > level) row.nextElementSibling.remove();
    return;
  }
  const answer = await fetch(button.dataset.toggleBranch, { headers: { "HX-Request": "true", "HX-Target": "tree-rows" } });
  if (!answer.ok) return toast(say("err"), "danger");
  const made = element("template", { html: (await answer.text()).trim() });
  row.after(made.content);
});
// Board
async function move(card, column, value) {
  const data = new URLSearchParams({ value, version: card.dataset.version || "", csrf_token: csrf() });
  const from = card.parentNode;
  const next = card.nextElementSibling;
  $(".b-list", column).prepend(card);
  const answer = await fetch(card.dataset.move, { method: "POST", body: data, headers: { "X-CSRFToken": csrf(), "HX-Request": "true", "X-Requested-With": "fetch", Accept: "application/json" } }).catch(() => null);
  const told = answer?.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  if (!answer?.ok) {
    from.insertBefore(card, next);
    return toast(told.error || say(answer ? "err" : "net"), "danger");
  }
  const version = told.version;
  if (version) card.dataset.version = version;
  for (const c of $$(".b-col")) $(".count", c).textContent = $$(".b-card", c).length;
}
let dragged = null;
on("dragstart", ".b-card[draggable]", (card, e) => { dragged = card; e.dataTransfer.effectAllowed = "move"; e.dataTransfer.setData("text/plain", ""); });
on("dragend", ".b-card", () => { dragged = null; $$(".b-col.over").forEach((c) => c.classList.remove("over")); });
on("dragover", ".b-col", (column, e) => { if (dragged) { e.preventDefault(); $$(".b-col.over").forEach((c) => c.classList.toggle("over", c === column)); column.classList.add("over"); } });
on("drop", ".b-col", (column, e) => { e.preventDefault(); if (dragged && dragged.closest(".b-col") !== column) move(dragged, column, column.dataset.value); });
on("click", "[data-move-to]", (button) => move(button.closest(".b-card"), $(`.b-col[data-value="${CSS.escape(button.dataset.moveTo)}"]`), button.dataset.moveTo));
// j / k / x
export function cursor(key) {
  const rows = $$("tr[data-href]").filter((r) => r.offsetParent !== null);
  if (!rows.length) return false;
  const at = rows.findIndex((r) => r.classList.contains("is-cursor"));
  if (key === "x") { const box = at >= 0 && $("input[type=checkbox]", rows[at]); if (box) { box.checked = !box.checked; bulk(); } return true; }
  rows[at]?.classList.remove("is-cursor");
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + (key === "j" ? 1 : -1)))];
  next.classList.add("is-cursor");
  $("a", next)?.focus();
  return true;
}
