import { shiftGamma } from '../noise-level';
import { DEFAULT_CLIP_MIN } from '../schedule';
import { type EqualRule, specName } from './name';

/** ln(1 + e^x) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** How near to its limits ln k may come before the start of the window loses its digits. */
const MARGIN = 1e-3;

/**
 * With start < end over tau, width = end - start and u = e^(width t):
 * gamma / (1 - gamma) = k (e^width - u) / (u - 1), k = (1 + e^start) / (1 + e^end) in (e^-width, 1).
 * An input scale multiplies k by b^2, so it moves the window of the sigmoid along, as long as k stays below 1 and above
 * e^-width; and each window is a symmetric one, k = e^(-width / 2), with an input scale.
 */
export const sigmoidNames: EqualRule = (values, b) => {
  const [start, end, tau, clipMin = DEFAULT_CLIP_MIN] = values as [number, number, number, number | undefined];
  const sign = start < end ? 1 : -1;
  const from = (sign * start) / tau;
  const to = (sign * end) / tau;
  const width = to - from;
  const logRatio = softplus(from) - softplus(to);
  const scaled = logRatio + 2 * Math.log(b);

  // From e^start = (1 - k) / (k e^width - 1).
  const moved = Math.log(-Math.expm1(scaled)) - Math.log(Math.expm1(scaled + width));
  const fits = scaled < -MARGIN && scaled + width > MARGIN;
  const window = (x: number): [number, number, number] => [x * tau, (x + width) * tau, tau];
  const symmetric = Math.exp(scaled / 2 + width / 4);
  return [
    ...(b !== 1 && fits ? specName('sigmoid', [...window(moved), shiftGamma(clipMin, b)]) : []),
    ...(from + to !== 0
      ? specName('sigmoid', [...window(-width / 2), shiftGamma(clipMin, b / symmetric)], symmetric)
      : []),
    ...(sign < 0 ? specName('sigmoid', [-start, -end, tau, clipMin], b) : []),
    ...(tau !== 1 ? specName('sigmoid', [start / tau, end / tau, 1, clipMin], b) : []),
  ];
};
