import { type EqualName, type EqualRule, otherPaper, short, specName } from './name';

export const normalNames: EqualRule = (values, b) => {
  const [mean, std, tail] = values as [number, number, number | undefined];
  const shifted = mean + 2 * Math.log(b);
  // 0 - x, so that a mean of 0 is not printed as -0.
  const [m, s] = [short(0 - shifted / 2), short(std / 2)];
  return [
    ...(b === 1 ? [] : specName('normal', [shifted, std, tail])),
    otherPaper(`EDM's ln sigma ~ N(${m}, ${s}^2)`),
    otherPaper(`SD3's logit-normal t on a rectified flow, m = ${m}, s = ${s}`),
  ];
};

export const laplaceNames: EqualRule = (values, b) => {
  const [mean, scale, tail] = values as [number, number, number | undefined];
  return b === 1 ? [] : specName('laplace', [mean + 2 * Math.log(b), scale, tail]);
};

/** The time shift that moves the logSNR of `family` by 2 ln b. */
const timeShift = (of: string, family: string, s: number): EqualName =>
  otherPaper(`${of}: ${family} at t' = s t / (1 + (s - 1) t), s = ${short(s)}`);

export const rectifiedFlowNames: EqualRule = (_, b) =>
  b === 1
    ? [otherPaper('flow matching along x_t = (1 - t) x_0 + t eps')]
    : [
        timeShift("SD3's resolution shift", 'rectified_flow', 1 / b),
        otherPaper(`Flux's shift, mu = ${short(0 - Math.log(b))}`),
      ];

// logSNR = ln((1 - t) / t), half of a rectified flow's, moves half as far.
export const simpleLinearNames: EqualRule = (_, b) =>
  b === 1 ? [] : [timeShift('a shift of time', 'simple_linear', 1 / (b * b))];

export const linearBetaNames: EqualRule = ([start, end], b) =>
  b === 1 ? [otherPaper(`the VP SDE with beta from ${short(start!)} to ${short(end!)}`)] : [];

export const logNames: EqualRule = (values, b) => {
  const [start, end, reverse, clipMin] = values as [number, number, number, number | undefined];
  const [from, to] = reverse === 1 ? [end, start] : [start, end];
  // Only the ratio of both ends matters.
  return [
    ...(reverse === 1 ? specName('log', [from, to, 'false', clipMin], b) : []),
    ...(from === 1 ? [] : specName('log', [1, to / from, 'false', clipMin], b)),
  ];
};
