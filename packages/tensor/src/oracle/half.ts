const LARGEST = 65504;
/** Exponent of the smallest normal number; below it numbers are 2⁻²⁴ apart. */
const SMALLEST_EXPONENT = -14;
const MANTISSA_BITS = 10;

/** The 16-bit float nearest to `x`, ties to even; ±65504 beyond those. IEEE 754 binary16. */
export function roundToHalf(x: number): number {
  const size = Math.abs(x);
  if (!(size < LARGEST)) return Number.isNaN(x) ? x : Math.sign(x) * LARGEST;
  const exponent = Math.max(SMALLEST_EXPONENT, Math.floor(Math.log2(size)));
  const unit = 2 ** (exponent - MANTISSA_BITS);
  return Math.sign(x) * roundToEven(size / unit) * unit;
}

function roundToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
