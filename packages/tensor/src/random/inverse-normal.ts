/**
 * Quantile of the standard normal distribution by rational functions: Wichura 1988, algorithm AS 241 (PPND7), about seven
 * digits. The same coefficients are printed into WGSL; only basic arithmetic and a square root are used there, so
 * adapters agree to a few ulp.
 */
export const CENTRAL = {
  limit: 0.425,
  offset: 0.180625,
  numerator: [3.3871327179, 50.434271938, 159.29113202, 59.10937472],
  denominator: [1, 17.895169469, 78.757757664, 67.1875636],
} as const;

/** For r = √(−ln p) up to 5, that is p ≥ 1.4e-11: all that 23 random bits can reach. */
export const TAIL = {
  offset: 1.6,
  numerator: [1.4234372777, 2.75681539, 1.3067284816, 0.17023821103],
  denominator: [1, 0.7370016425, 0.12021132975],
} as const;

/**
 * ln x = e·ln 2 + 2·s·series(s²) with x = 2ᵉ·m, m in [√½, √2) and s = (m − 1)/(m + 1): the series of atanh. By basic
 * arithmetic alone, for random numbers that agree across adapters.
 */
export const ATANH_SERIES = [1, 1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11] as const;

const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, c) => sum * x + c, 0);

/** Φ⁻¹(p) for p in [1.4e-11, 1 − 1.4e-11]. */
export function inverseNormal(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= CENTRAL.limit) {
    const r = CENTRAL.offset - q * q;
    return (q * horner(CENTRAL.numerator, r)) / horner(CENTRAL.denominator, r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p)) - TAIL.offset;
  const value = horner(TAIL.numerator, r) / horner(TAIL.denominator, r);
  return q < 0 ? -value : value;
}
