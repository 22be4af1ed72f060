/** Three significant digits, and all of those before the point. */
export const threeDigits = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
