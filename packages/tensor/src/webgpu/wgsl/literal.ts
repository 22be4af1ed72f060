/** A number as an f32 literal. WGSL has no literal for infinities, so the largest finite value stands for them. */
export function floatLiteral(x: number): string {
  if (Number.isNaN(x)) throw new RangeError('NaN has no WGSL literal');
  const largest = 3.4028234663852886e38;
  const clamped = Math.min(largest, Math.max(-largest, x));
  const text = String(Math.fround(clamped));
  const decimal = /[.e]/.test(text) ? text : `${text}.0`;
  return clamped < 0 ? `(${decimal})` : decimal;
}
