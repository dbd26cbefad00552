// The counter: what is chosen, what is given, and what then stays open or becomes a prepayment.
import { $, $$, on } from "./dom.js";
import { Decimal } from "./decimal.js";

const ZERO = Decimal.of("0");
const sum = (values) => values.reduce((all, v) => all.plus(Decimal.of(v) ?? ZERO), ZERO);
const chosen = (form) => sum($$("[name=bill]:checked", form).map((b) => b.dataset.amount));
const given = (form, but) => sum($$("[data-way]", form).filter((w) => w !== but).map((w) => w.value));
function show(form) {
  const text = (value) => form.dataset.till + value.round(2).grouped();
  const [owed, paid] = [chosen(form), given(form)];
  const rest = owed.minus(paid);
  $("[data-till-chosen]", form).textContent = text(owed);
  $("[data-till-given]", form).textContent = text(paid);
  for (const [name, value] of [["short", rest], ["over", rest.negated()]]) {
    const row = $(`[data-till-${name}]`, form);
    row.hidden = value.compare(ZERO) <= 0 || paid.compare(ZERO) === 0;
    $("dd", row).textContent = text(value);
  }
  const boxes = $$("[name=bill]", form);
  const all = $("[data-till-all]", form);
  if (all) {
    const ticked = boxes.filter((b) => b.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  for (const way of $$("[data-way]", form)) {
    const reference = $(".ref", way.parentNode);
    if (reference) reference.hidden = !way.value && !reference.value;
  }
}
on("input", "[data-till]", (form, e) => {
  if (!e.target.matches("[data-till-all]")) show(form); // its own «change» is still to come
});
on("change", "[data-till-all]", (all) => {
  const form = all.closest("form");
  for (const box of $$("[name=bill]", form)) box.checked = all.checked;
  show(form);
});
on("click", "[data-till-rest]", (button) => {
  const form = button.closest("form");
  const box = $("#" + button.dataset.tillRest);
  const rest = chosen(form).minus(given(form, box));
  box.value = rest.compare(ZERO) > 0 ? rest.round(2).toString() : "";
  show(form);
  box.focus();
});
for (const form of $$("[data-till]")) show(form);
