// The one script of every page. No inline script, no eval: what it does is asked for by data-* hooks.
import htmx from "htmx.org/dist/htmx.esm.js";
import { $, $$, csrf, element, escapeHtml, on, say, toast } from "./dom.js";
import "./builder.js";
import "./picker.js";
import { start } from "./forms.js";
import { bulk, cursor } from "./lists.js";
import "./till.js";
import { tabFromAddress } from "./widgets.js";

Object.assign(htmx.config, {
  allowEval: false, includeIndicatorStyles: false, historyCacheSize: 0, scrollIntoViewOnBoost: false,
  attributesToSettle: [], selfRequestsOnly: true, allowScriptTags: false,
  responseHandling: [
    { code: "204", swap: false }, { code: "[23]..", swap: true },
    { code: "(409|422)", swap: true, error: false }, { code: "[45]..", swap: false, error: true },
  ],
});
window.wuye = { htmx, toast };
document.addEventListener("htmx:configRequest", (e) => { e.detail.headers["X-CSRFToken"] = csrf(); });
document.addEventListener("toast", (e) => toast(e.detail.msg ?? e.detail.value, e.detail.kind));
document.addEventListener("htmx:sendError", () => toast(say("net"), "danger"));
document.addEventListener("htmx:responseError", (e) => {
  const text = e.detail.xhr.responseText || "";
  toast(text && text.length < 300 && !text.includes("<") ? text : `${say("err")} (${e.detail.xhr.status})`, "danger");
});

// Theme
on("click", "[data-theme-toggle]", (button) => {
  const root = document.documentElement;
  const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = next;
  $$("[data-theme-toggle]").forEach((b) => b.setAttribute("aria-pressed", String(next === "dark")));
  document.cookie = `theme=${next};path=/;max-age=31536000;samesite=lax`;
  document.dispatchEvent(new CustomEvent("theme", { detail: next }));
});

// Dialogs
on("click", "[data-close]", (b) => b.closest("dialog")?.close());
on("click", "[data-keys]", () => $("#keys").showModal());
on("click", "[data-dismiss]", (b) => b.closest(b.dataset.dismiss)?.remove());
on("click", "[data-print]", () => print());
document.addEventListener("click", (e) => {
  // A press beside the dialog closes it, but not while something is typed into it.
  if (e.target.matches?.("dialog.dlg") && !$("form", e.target)) e.target.close();
});
on("click", "a[data-dialog]", (link, e) => {
  if (e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  htmx.ajax("GET", link.href, { target: "#dialog-body", source: link }).then(() => {
    const dialog = $("#dialog");
    if (!$("form", dialog)) return;
    const title = $("h2", dialog);
    if (title?.id) dialog.setAttribute("aria-labelledby", title.id);
    if (!dialog.open) dialog.showModal();
    $("input:not([type=hidden]),select,textarea", dialog)?.focus();
  });
});
function ask(text) {
  return new Promise((done) => {
    const box = element("dialog", { className: "dlg dlg-s", html: `<form method="dialog"><div class="dlg-body"><p id="ask-t">${escapeHtml(text)}</p></div><footer><button class="btn" value="">${escapeHtml(say("cancel"))}</button><button class="btn btn-primary" value="ok">${escapeHtml(say("ok"))}</button></footer></form>` });
    box.setAttribute("aria-labelledby", "ask-t");
    box.addEventListener("close", () => { done(box.returnValue === "ok"); box.remove(); });
    document.body.append(box);
    box.showModal();
    $("[value=ok]", box).focus();
  });
}
on("click", "[data-confirm]", async (button, e) => {
  if (button.dataset.sure) { delete button.dataset.sure; return; }
  e.preventDefault();
  e.stopImmediatePropagation();
  if (await ask(button.dataset.confirm || say("sure"))) { button.dataset.sure = "1"; button.click(); }
}, true);

// Grey buttons say why
on("click", "[data-why]", (b) => { b.parentNode.classList.toggle("open"); });
on("click", "[data-reveal]", async (button) => {
  const answer = await fetch(button.dataset.reveal, { method: "POST", headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return toast(say(answer ? "err" : "net"), "danger");
  const host = button.closest(".masked");
  host.textContent = await answer.text();
  host.tabIndex = -1;
  host.focus();
});

// Search box of the top bar
const results = () => $("#search-results");
document.addEventListener("input", (e) => { if (e.target.id === "gsearch" && e.target.value.length < 2 && results()) results().hidden = true; });
document.addEventListener("click", (e) => { if (results() && !e.target.closest(".gsearch")) results().hidden = true; });
document.addEventListener("keydown", (e) => {
  const box = e.target.closest?.(".gsearch");
  if (!box || results().hidden) return;
  const links = [$("#gsearch"), ...$$("a", results())];
  const at = links.indexOf(document.activeElement);
  if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); links[(at + (e.key === "ArrowDown" ? 1 : links.length - 1)) % links.length].focus(); }
  if (e.key === "Escape") { results().hidden = true; $("#gsearch").focus(); }
});

// Keyboard
document.addEventListener("keydown", (e) => {
  const key = e.key.toLowerCase();
  const control = e.ctrlKey || e.metaKey;
  if (control && key === "s") {
    const form = $("dialog[open] form") || $("form[data-guard]");
    if (form) { e.preventDefault(); form.requestSubmit($("button[name=_save],button:not([type=button])", form)); }
  }
  if (control && key === "k") { e.preventDefault(); $("#gsearch")?.focus(); $("#gsearch")?.select(); }
  if (control || e.altKey || e.isComposing || $("dialog[open]") || e.target.matches?.("input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable=true]")) return;
  if (key === "/") { e.preventDefault(); ($("#q") || $("#gsearch"))?.focus(); }
  if (key === "?") $("#keys")?.showModal();
  if ("jkx".includes(key) && cursor(key)) return;
  if (["n", "e", "j", "k"].includes(key)) $(`[data-key="${key}"]`)?.click();
  if (key === "arrowleft" || key === "arrowright") $(`[data-key="${key.slice(5)}"]`)?.click();
});

// Menu groups stay as they were left
document.addEventListener("toggle", (e) => {
  if (!e.target.matches?.("details[data-nav]")) return;
  try { localStorage.setItem("nav:" + e.target.dataset.nav, e.target.open ? "1" : "0"); } catch { /* no storage */ }
}, true);
for (const d of $$("details[data-nav]")) {
  const kept = localStorage.getItem("nav:" + d.dataset.nav);
  if (kept && !$("[aria-current]", d)) d.open = kept === "1";
}

tabFromAddress();
function begin(root) {
  start(root);
  bulk();
}
document.addEventListener("htmx:afterSettle", (e) => {
  begin(e.target);
  if (e.target.id === "search-results") e.target.hidden = !e.target.children.length;
  $("#error-summary", e.target)?.focus();
  if (e.target.matches("td")) $("input:not([type=hidden]),select,textarea", e.target)?.focus();
  if (e.target.id === "list-region") document.title = ($("h1", e.target)?.firstChild?.textContent.trim() || "") + document.title.replace(/^[^·]*/, " ");
});
begin(document);
$("#error-summary")?.focus();
