/** a[0] + a[1] x + a[2] x^2 + ... */
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

/** Numerator and denominator of an approximation, lowest power first. */
interface Ratio {
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/** z / (p - 1/2) as a function of 0.425^2 - (p - 1/2)^2. */
const MIDDLE: Ratio = {
  above: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  below: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
};

/** -z as a function of sqrt(-ln p) - 1.6. */
const TAIL: Ratio = {
  above: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  below: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
};

/** -z as a function of sqrt(-ln p) - 5. */
const FAR_TAIL: Ratio = {
  above: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
  ],
  below: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

const ratio = ({ above, below }: Ratio, x: number): number => polynomial(above, x) / polynomial(below, x);

/**
 * z with Phi(z) = p, for p of the lower half, (0, 1/2]; so z is 0 or below. The upper half is -probit(1 - p), with 1 - p
 * taken from where it is known to all digits. Relative error below 1e-15 down to p = 1e-300.
 *
 * Source: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988), routine PPND16.
 *
 * @throws RangeError for a p outside (0, 1/2]
 */
export function probit(p: number): number {
  if (!(p > 0 && p <= 0.5)) throw new RangeError(`p = ${p} is outside (0, 1/2]`);
  const distance = p - 0.5;
  if (distance >= -0.425) return distance * ratio(MIDDLE, 0.425 * 0.425 - distance * distance);
  const depth = Math.sqrt(-Math.log(p));
  return depth <= 5 ? -ratio(TAIL, depth - 1.6) : -ratio(FAR_TAIL, depth - 5);
}
