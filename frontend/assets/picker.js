// A small date picker: native ones follow the browser's language, not the page's.
import { $, $$, element, escapeHtml, icon, on, say } from "./dom.js";

const pad = (n, w = 2) => String(n).padStart(w, "0");
const iso = (d) => `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
function parse(text) {
  const found = /^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?/.exec(text.trim());
  return found ? new Date(+found[1], +found[2] - 1, +(found[3] || 1)) : null;
}
let open = null;
export function close(focus) {
  if (!open) return;
  open.panel.remove();
  if (focus) open.box.focus();
  open = null;
}
function put(value) {
  const { box, kind } = open;
  const time = kind === "datetime" ? " " + (/(\d{1,2}:\d{2})/.exec(box.value)?.[1] || "09:00") : "";
  box.value = value ? (kind === "month" ? value.slice(0, 7) : value + time) : "";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new Event("change", { bubbles: true }));
  close(true);
}
function draw() {
  const { panel, at, box, kind } = open;
  const months = say("months").split(",");
  const chosen = parse(box.value);
  const now = iso(new Date());
  const title = `${at.getFullYear()} · ${months[at.getMonth()]}`;
  let body = "";
  if (kind === "month") {
    body = `<div class="dp-months">${months.map((m, i) => `<button type="button" data-day="${at.getFullYear()}-${pad(i + 1)}-01"${chosen && chosen.getMonth() === i && chosen.getFullYear() === at.getFullYear() ? ' aria-current="date"' : ""}>${escapeHtml(m)}</button>`).join("")}</div>`;
  } else {
    const first = new Date(at.getFullYear(), at.getMonth(), 1);
    first.setDate(1 - ((first.getDay() + 6) % 7));
    const cells = Array.from({ length: 42 }, (_, i) => new Date(first.getFullYear(), first.getMonth(), first.getDate() + i));
    const week = (i) => cells.slice(i * 7, i * 7 + 7).map((d) => {
      const day = iso(d);
      const off = (box.dataset.min && day < box.dataset.min) || (box.dataset.max && day > box.dataset.max);
      const current = chosen && iso(chosen) === day;
      return `<td><button type="button" tabindex="${iso(at) === day ? 0 : -1}" data-day="${day}" aria-label="${day}"${off ? " disabled" : ""}${current ? ' aria-current="date"' : ""} class="${d.getMonth() === at.getMonth() ? "" : "other"}${day === now ? " now" : ""}">${d.getDate()}</button></td>`;
    }).join("");
    body = `<table><thead><tr>${say("days").split(",").map((d) => `<th scope="col">${escapeHtml(d)}</th>`).join("")}</tr></thead><tbody>${[0, 1, 2, 3, 4, 5].map((i) => `<tr>${week(i)}</tr>`).join("")}</tbody></table>`;
  }
  panel.innerHTML = `<div class="dp-h"><button type="button" data-step="-1" aria-label="${escapeHtml(say("prev"))}">${icon("chevron-left")}</button><b aria-live="polite">${escapeHtml(kind === "month" ? String(at.getFullYear()) : title)}</b><button type="button" data-step="1" aria-label="${escapeHtml(say("next"))}">${icon("chevron-right")}</button></div>${body}<div class="dp-f"><button type="button" data-day="${now}">${escapeHtml(say("today"))}</button><button type="button" data-day="">${escapeHtml(say("clear"))}</button></div>`;
}
function step(months, days = 0) {
  const d = open.at;
  open.at = new Date(d.getFullYear(), d.getMonth() + months, months ? Math.min(d.getDate(), new Date(d.getFullYear(), d.getMonth() + months + 1, 0).getDate()) : d.getDate() + days);
  draw();
  $('[tabindex="0"]', open.panel)?.focus();
}
on("click", "[data-pick-open]", (button) => {
  const host = button.closest("[data-pick]");
  if (open?.host === host) return close(true);
  close();
  const box = $("input", host);
  const panel = element("div", { className: "dp", role: "dialog" });
  panel.setAttribute("aria-label", button.getAttribute("aria-label"));
  host.append(panel);
  open = { host, box, panel, kind: host.dataset.pick, at: parse(box.value) || new Date() };
  draw();
  const place = host.getBoundingClientRect();
  if (place.bottom + panel.offsetHeight > innerHeight && place.top > panel.offsetHeight) panel.classList.add("up");
  if (place.left + panel.offsetWidth > innerWidth) panel.classList.add("left");
  ($('[tabindex="0"]', panel) || $("button", panel)).focus();
});
document.addEventListener("click", (e) => {
  if (!open) return;
  if (!e.composedPath().includes(open.host)) return close();
  const day = e.target.closest("[data-day]");
  if (day) return put(day.dataset.day);
  const arrow = e.target.closest("[data-step]");
  if (arrow) {
    step(Number(arrow.dataset.step) * (open.kind === "month" ? 12 : 1));
    $(`[data-step="${arrow.dataset.step}"]`, open.panel).focus();
  }
});
document.addEventListener("keydown", (e) => {
  if (!open) {
    if (e.key === "ArrowDown" && e.altKey) e.target.closest?.("[data-pick]")?.querySelector("[data-pick-open]").click();
    return;
  }
  if (e.key === "Escape") { e.preventDefault(); e.stopPropagation(); return close(true); }
  if (!open.panel.contains(e.target) || open.kind === "month") return;
  const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[e.key];
  if (days && e.target.dataset.day !== undefined) { e.preventDefault(); step(0, days); }
  if (e.key === "PageUp" || e.key === "PageDown") { e.preventDefault(); step(e.key === "PageUp" ? -1 : 1); }
}, true);
// Typing: 20260309 and 2026/3/9 become 2026-03-09.
document.addEventListener("change", (e) => {
  const host = e.target.closest?.("[data-pick]");
  if (!host || host.dataset.pick === "month" || e.target.tagName !== "INPUT") return;
  const bare = e.target.value.trim().replace(/^(\d{4})(\d{2})(\d{2})(?=\D|$)/, "$1-$2-$3");
  const found = parse(bare);
  if (found) e.target.value = iso(found) + (host.dataset.pick === "datetime" ? bare.replace(/^\S+?(?=[ T]|$)/, "").replace("T", " ") : "");
  if (e.target.dataset.range !== undefined && e.target.value) {
    for (const radio of $$("input[type=radio]", host.closest(".pop"))) radio.checked = false;
  }
}, true);
