import { offsetCosine } from '../offset-cosine';
import { type EqualName, type EqualRule, otherPaper, short, specName } from './name';

const NOISE_SIZE = 64;

/** What simple diffusion (Hoogeboom et al. 2023) calls -2 ln tan(pi t / 2) + 2 ln b, without its limits of the logSNR. */
const simpleDiffusion = (b: number): EqualName =>
  otherPaper(
    `simple diffusion's shifted cosine without logSNR limits: noise of ${NOISE_SIZE} px, images of ${short(NOISE_SIZE / b)} px`,
  );

/** Angles are linear in t between both ends, so the offsets are the range of simple diffusion's. */
const offsetRange = (): [number, number] => [offsetCosine().logSnr(1), offsetCosine().logSnr(0)];

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-13 * Math.max(Math.abs(a), Math.abs(b));

export const cosineNames: EqualRule = (values, b) => {
  if (values.length === 0) return specName('shifted_cosine', [NOISE_SIZE, NOISE_SIZE / b, ...offsetRange()]);
  const [start, end, tau, clipMin] = values as [number, number, number, number | undefined];
  const names: EqualName[] = [];
  if (tau === 1 && start === 0 && end === 1) {
    names.push(simpleDiffusion(b));
    if (b === 1) names.push(otherPaper('alpha = cos(pi t / 2), sigma = sin(pi t / 2)'));
  }
  if (tau === 1 && start > 0 && end === 1 && b === 1) {
    names.push(otherPaper(`Improved DDPM's cosine with offset s = ${short(start / (1 - start))}`));
  }
  // cos^2 a = (1 + cos 2a) / 2, and the constants drop out of the differences.
  if (tau === 1) {
    names.push(...specName('cosine', [2 * start, 2 * end, 0.5, clipMin], b));
    names.push(...specName('cosine', [1 - start, 1 - end, 1, clipMin], b));
  }
  if (tau === 0.5) names.push(...specName('cosine', [start / 2, end / 2, 1, clipMin], b));
  return names;
};

export const shiftedCosineNames: EqualRule = (values, b) => {
  const [noiseSize, imageSize, ...range] = values as [number, number, number | undefined, number | undefined];
  const scale = (noiseSize / imageSize) * b;
  const names = [
    ...specName('shifted_cosine', [NOISE_SIZE, NOISE_SIZE, ...range], scale),
    ...specName('shifted_cosine', [NOISE_SIZE, NOISE_SIZE / scale, ...range]),
  ];
  const [low, high] = offsetRange();
  if (near(range[0] ?? 0, low) && near(range[1] ?? 0, high)) names.push(...specName('cosine', [], scale));
  return names;
};

export const interpolatedCosineNames: EqualRule = (values, b) => {
  const [low, high, imageSize, ...range] = values as [number, number, number, number | undefined, number | undefined];
  return [
    ...specName('interpolated_cosine', [low * b, high * b, imageSize, ...range]),
    ...(low === high ? specName('shifted_cosine', [low, imageSize, ...range], b) : []),
  ];
};
