// Finding, making and showing elements; what the page tells its scripts.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const say = (key) => document.body.dataset["t" + key[0].toUpperCase() + key.slice(1)] || key;
export const csrf = () => $("meta[name=csrf]")?.content || "";
export const on = (event, selector, run, options) =>
  document.addEventListener(
    event,
    (e) => {
      const found = e.target.closest?.(selector);
      if (found) run(found, e);
    },
    options,
  );
export const icon = (name) =>
  `<svg class="icon" aria-hidden="true"><use href="${document.body.dataset.icons}#${name}"/></svg>`;
export const escapeHtml = (text) =>
  String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "html") made.innerHTML = value;
    else if (key in made && key !== "list" && key !== "form") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
export function toast(text, kind = "success") {
  const made = element("div", { className: "ui-toast " + kind, textContent: text });
  made.setAttribute("role", kind === "danger" ? "alert" : "status");
  $("#toasts").append(made);
  setTimeout(() => made.remove(), kind === "danger" ? 8000 : 4500);
}
