// Signature boxes; loaded only on forms that have one.
import SignaturePad from "signature_pad";

for (const host of document.querySelectorAll("[data-sign]")) {
  const canvas = host.querySelector("canvas");
  const box = host.querySelector("input");
  const pad = new SignaturePad(canvas, { penColor: "#12213f" });
  const fit = () => {
    const kept = pad.toData();
    const ratio = Math.max(devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    if (kept.length) pad.fromData(kept);
    else if (box.value) pad.fromDataURL(box.value, { ratio: 1, width: canvas.offsetWidth, height: canvas.offsetHeight });
  };
  new ResizeObserver(fit).observe(canvas);
  pad.addEventListener("endStroke", () => {
    box.value = pad.toDataURL();
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
  host.querySelector("[data-clear]").addEventListener("click", () => {
    pad.clear();
    box.value = "";
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
