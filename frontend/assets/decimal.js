// Exact decimals for live totals: 0.15 × 130.70 must show 19.61, not 19.60.
const DIVISION_DIGITS = 20;
export class Decimal {
  constructor(units, scale) {
    this.units = units;
    this.scale = scale;
  }
  static of(value) {
    if (value instanceof Decimal) return value;
    if (value === null || value === undefined || value === "") return null;
    const text = String(value)
      .replace(/[０-９．－]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
      .replace(/[,，\s¥￥%]/g, "");
    const found = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
    if (!found || !(found[2] || found[3])) return null;
    const part = found[3] || "";
    const units = BigInt((found[2] || "0") + part);
    return new Decimal(found[1] === "-" ? -units : units, part.length);
  }
  at(scale) {
    return this.units * 10n ** BigInt(scale - this.scale);
  }
  plus(other) {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.at(scale) + other.at(scale), scale);
  }
  negated() {
    return new Decimal(-this.units, this.scale);
  }
  minus(other) {
    return this.plus(other.negated());
  }
  times(other) {
    return new Decimal(this.units * other.units, this.scale + other.scale);
  }
  over(other) {
    if (other.units === 0n) return null;
    const scale = DIVISION_DIGITS;
    const grown = this.units * 10n ** BigInt(scale + other.scale);
    return new Decimal(grown / (other.units * 10n ** BigInt(this.scale)), scale);
  }
  compare(other) {
    const scale = Math.max(this.scale, other.scale);
    const [a, b] = [this.at(scale), other.at(scale)];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  round(places = 0, way = "half") {
    if (places >= this.scale) return new Decimal(this.at(places), places);
    const unit = 10n ** BigInt(this.scale - places);
    const negative = this.units < 0n;
    const size = negative ? -this.units : this.units;
    let whole = size / unit;
    const rest = size % unit;
    const up = { half: rest * 2n >= unit, floor: negative && rest > 0n, ceil: !negative && rest > 0n };
    if (up[way]) whole += 1n;
    return new Decimal(negative ? -whole : whole, places);
  }
  toString() {
    const negative = this.units < 0n;
    const digits = String(negative ? -this.units : this.units).padStart(this.scale + 1, "0");
    const cut = digits.length - this.scale;
    const text = this.scale ? digits.slice(0, cut) + "." + digits.slice(cut) : digits;
    return (negative ? "-" : "") + text;
  }
  grouped() {
    const [whole, part] = this.toString().split(".");
    return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (part ? "." + part : "");
  }
}
