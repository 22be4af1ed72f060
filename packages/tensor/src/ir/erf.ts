/**
 * Error function in double precision, absolute error below 2e-15: the Maclaurin series of
 * erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)) for |x| < 3, and Lentz's continued fraction of erfc beyond.
 * (Abramowitz & Stegun 7.1.6 and 7.1.14.)
 */
export function erf(x: number): number {
  // A zero keeps its sign.
  if (Number.isNaN(x) || x === 0) return x;
  const a = Math.abs(x);
  const value = a < 3 ? series(a) : a < 6 ? 1 - tail(a) : 1;
  return x < 0 ? -value : value;
}

function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function tail(x: number): number {
  let f = x;
  for (let n = 60; n >= 1; n--) f = x + n / 2 / f;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * f);
}

/**
 * erf in single precision, for kernels. Beyond ½: Chebyshev fit of erfc(z)·e^(z²) in t = 1/(1 + z/2), whose exponent these
 * are, 1 − erf = t·e^(far(t) − z²), with a relative error below 1.2e-7 (Press et al., Numerical Recipes, §6.2; Abramowitz &
 * Stegun 7.1.26 is too coarse). Below ½: the Maclaurin series erf = x·near(x²), where 1 − erfc would cancel.
 */
export const ERF_FAR = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
] as const;
export const ERF_NEAR = [1.1283791671, -0.376126389, 0.1128379167, -0.0268661706, 0.0052239776, -0.0008548327] as const;
