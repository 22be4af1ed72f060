/**
 * The two shares of variance at one noise level: `signal` is gamma, `noise` is 1 - gamma. Both are kept because either
 * one, rounded next to 1, has lost the digits of the other, and logSNR needs them at both ends.
 */
export interface NoiseLevel {
  readonly signal: number;
  readonly noise: number;
}

function requireShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} = ${value} is outside [0, 1]`);
}

function requireInputScale(inputScale: number): void {
  if (!(inputScale > 0 && inputScale < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`inputScale = ${inputScale} is not a finite positive number`);
  }
}

/** 1 / (1 + e^-x) with full relative precision on both sides, 0 and 1 at the infinities. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/**
 * logSNR = ln(gamma / (1 - gamma)).
 *
 * @param gamma signal share in [0, 1]; 0 gives -Infinity and 1 gives +Infinity
 * @param oneMinusGamma pass it when it is known better than 1 - gamma, which is rounded near gamma = 1
 * @throws RangeError when a share is outside [0, 1]
 */
export function gammaToLogSnr(gamma: number, oneMinusGamma: number = 1 - gamma): number {
  requireShare('gamma', gamma);
  requireShare('oneMinusGamma', oneMinusGamma);
  return Math.log(gamma) - Math.log(oneMinusGamma);
}

/**
 * gamma = 1 / (1 + exp(-logSNR)); the inverse of {@link gammaToLogSnr}. 1 - gamma is the gamma of -logSNR.
 *
 * @throws RangeError when logSnr is NaN
 */
export function logSnrToGamma(logSnr: number): number {
  if (Number.isNaN(logSnr)) throw new RangeError('logSnr is NaN');
  return logistic(logSnr);
}

/** The sigma of the variance-exploding convention (EDM): sigma^2 = (1 - gamma) / gamma, in units of the scaled data. */
export function logSnrToSigma(logSnr: number): number {
  return Math.exp(-logSnr / 2);
}

/** The inverse of {@link logSnrToSigma}: logSNR = -2 ln sigma. */
export function sigmaToLogSnr(sigma: number): number {
  if (!(sigma >= 0)) throw new RangeError(`sigma = ${sigma} is negative or not a number`);
  return -2 * Math.log(sigma);
}

/** a / (a + c) with a = scale^2 * x and c = y, in an order of operations that never forms 0/0 from an over- or underflow. */
function scaledShare(x: number, y: number, scale: number): number {
  if (x === 0) return 0;
  return 1 / (1 + y / scale / scale / x);
}

/**
 * The noise level of data multiplied by `inputScale` (paper section 2.2) once x_t is divided by its analytic standard
 * deviation: the logSNR moves by 2 ln(inputScale).
 */
export function shiftNoiseLevel({ signal, noise }: NoiseLevel, inputScale: number): NoiseLevel {
  requireInputScale(inputScale);
  return { signal: scaledShare(signal, noise, inputScale), noise: scaledShare(noise, signal, 1 / inputScale) };
}

/**
 * gamma~ = b^2 gamma / ((b^2 - 1) gamma + 1): the signal share that the variance-preserving process has when the data
 * are multiplied by b (paper section 2.2). The paper says the logSNR shifts by log b; with logSNR = ln(gamma / (1 -
 * gamma)) the shift is 2 ln b.
 *
 * @param gamma signal share in [0, 1]
 * @param inputScale b > 0
 * @throws RangeError for a gamma outside [0, 1] or a scale that is not finite and positive
 */
export function shiftGamma(gamma: number, inputScale: number): number {
  requireShare('gamma', gamma);
  return shiftNoiseLevel({ signal: gamma, noise: 1 - gamma }, inputScale).signal;
}

/**
 * Var(x_t) = (b^2 - 1) gamma + 1 for data of unit variance multiplied by b. The factor that restores unit variance is
 * one over its SQUARE ROOT; the paper's section 2.2 prints the factor without the root.
 */
export function noisedVariance(gamma: number, inputScale: number): number {
  requireShare('gamma', gamma);
  requireInputScale(inputScale);
  return gamma * inputScale * inputScale + (1 - gamma);
}
