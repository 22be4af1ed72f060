import { number, oneOf, text } from '../../state/url-state.svelte';

/** What the address of the page holds. */
export const noiseState = {
  picture: oneOf(['leaves', 'hills', 'digits', 'clouds'], 'leaves'),
  schedule: text('simple_linear'),
  t: number(0.5, { min: 0, max: 1 }),
  /** Which b the sizes have. */
  scale: oneOf(['one', 'visible', 'share'], 'one'),
  b: number(1, { min: 2 ** -5, max: 2 }),
  contrast: oneOf(['even', 'plain', 'unit'], 'even'),
  /** The whole picture, a quarter of its side, or every size averaged to the smallest. */
  show: oneOf(['whole', 'detail', 'averaged'], 'whole'),
  /** The corner of the quarter that is shown, in 64ths of the side. */
  left: number(24, { min: 0, max: 48 }),
  top: number(24, { min: 0, max: 48 }),
  seed: number(0, { min: 0, max: 999 }),
};

/** The values of {@link noiseState}. */
export type NoiseState = { -readonly [K in keyof typeof noiseState]: (typeof noiseState)[K]['initial'] };
