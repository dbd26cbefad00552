// Drop-downs, the side menu and tabs: Bootstrap's mark-up and classes, without its 20 KB of script.
import { $, $$, element, on } from "./dom.js";

// Drop-downs: `data-bs-toggle="dropdown"`, `data-bs-auto-close="outside"`, `.dropdown-menu-end`
let open = null;
function shut(focus) {
  if (!open) return;
  const { button, menu } = open;
  open = null;
  menu.classList.remove("show");
  menu.removeAttribute("style");
  button.classList.remove("show");
  button.setAttribute("aria-expanded", "false");
  if (focus) button.focus();
}
function place() {
  const { button, menu } = open;
  const at = button.getBoundingClientRect();
  const [width, height] = [menu.offsetWidth, menu.offsetHeight];
  const end = menu.classList.contains("dropdown-menu-end");
  const left = Math.max(8, Math.min(end ? at.right - width : at.left, innerWidth - width - 8));
  const below = at.bottom + 4;
  const above = at.top - height - 4;
  const top = below + height > innerHeight - 8 && above > 8 ? above : Math.max(8, Math.min(below, innerHeight - height - 8));
  Object.assign(menu.style, { position: "fixed", inset: "auto", left: left + "px", top: top + "px", margin: 0 });
}
on("click", '[data-bs-toggle="dropdown"]', (button, e) => {
  e.preventDefault();
  const same = open?.button === button;
  shut();
  if (same) return;
  const menu = $(".dropdown-menu", button.parentNode);
  open = { button, menu };
  menu.classList.add("show");
  button.classList.add("show");
  button.setAttribute("aria-expanded", "true");
  place();
  $("input:not([type=hidden]):not([type=radio])", menu)?.focus({ preventScroll: true });
});
document.addEventListener("click", (e) => {
  if (!open || e.target.closest('[data-bs-toggle="dropdown"]') || !e.target.isConnected) return;
  const inside = open.menu.contains(e.target);
  if (inside && open.button.dataset.bsAutoClose === "outside" && !e.target.closest("a[href]:not([hx-get])")) return;
  if (inside && e.target.closest("form") && !e.target.closest("a,button")) return;
  shut();
});
addEventListener("resize", () => open && !open.menu.contains(document.activeElement) && shut());
addEventListener("scroll", (e) => { if (open && !open.menu.contains(e.target)) place(); }, { capture: true, passive: true });
document.addEventListener("keydown", (e) => {
  if (!open || e.defaultPrevented) {
    if (!e.defaultPrevented && e.key === "ArrowDown" && e.target.matches?.('[data-bs-toggle="dropdown"]')) { e.preventDefault(); e.target.click(); $(".dropdown-item", open?.menu)?.focus(); }
    return;
  }
  if (e.key === "Escape") { e.preventDefault(); return shut(true); }
  if (e.key === "Tab") { setTimeout(() => { if (open && !open.menu.contains(document.activeElement) && document.activeElement !== open.button) shut(); }); return; }
  if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
  const items = $$(".dropdown-item:not([hidden])", open.menu).filter((i) => i.offsetParent !== null);
  if (!items.length || e.target.closest(".ts-wrapper,.pick")) return;
  e.preventDefault();
  const at = items.indexOf(document.activeElement);
  items[(at + (e.key === "ArrowDown" ? 1 : at < 0 ? 0 : items.length - 1) + (at < 0 && e.key === "ArrowUp" ? items.length - 1 : 0)) % items.length].focus();
});

// Side menu on narrow screens
let before = null;
function side(panel, show) {
  panel.classList.toggle("show", show);
  $(".offcanvas-backdrop")?.remove();
  document.body.classList.toggle("no-scroll", show);
  for (const el of [$(".shell-main"), $(".tabbar")]) if (el) el.inert = show;
  if (show) {
    before = document.activeElement;
    const shade = element("div", { className: "offcanvas-backdrop fade show" });
    shade.addEventListener("click", () => side(panel, false));
    document.body.append(shade);
    panel.focus();
  } else before?.focus();
}
on("click", '[data-bs-toggle="offcanvas"]', (b) => side($(b.dataset.bsTarget), true));
on("click", '[data-bs-dismiss="offcanvas"]', (b) => side(b.closest(".sidenav"), false));
document.addEventListener("keydown", (e) => {
  const panel = e.key === "Escape" && $(".sidenav.show");
  if (panel) side(panel, false);
});

// Tabs
export function showTab(button) {
  const list = button.closest("[role=tablist]");
  for (const tab of $$("[role=tab]", list)) {
    const chosen = tab === button;
    tab.classList.toggle("active", chosen);
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    const pane = document.getElementById(tab.dataset.bsTarget.slice(1));
    pane?.classList.toggle("active", chosen);
    pane?.classList.toggle("show", chosen);
  }
}
on("click", '[data-bs-toggle="tab"]', (button) => {
  showTab(button);
  history.replaceState(history.state, "", button.dataset.bsTarget);
});
document.addEventListener("keydown", (e) => {
  const tab = e.target.closest?.("[role=tab]");
  const way = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
  if (!tab || !way) return;
  e.preventDefault();
  const tabs = $$("[role=tab]:not([hidden])", tab.parentNode);
  const next = tabs[(tabs.indexOf(tab) + way + tabs.length) % tabs.length];
  next.click();
  next.focus();
});
export function tabFromAddress() {
  if (!location.hash.startsWith("#tab-")) return;
  const tab = $$('[data-bs-toggle="tab"]').find((t) => t.dataset.bsTarget === location.hash);
  if (tab) showTab(tab);
}
