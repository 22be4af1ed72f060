import { add, literal, type Tensor } from '@noisesmith/tensor';
import { learnedLatents, type PositionKind, type RinConfig, tapeTokens } from './config';
import { positionTable, zeros } from './initializers';
import type { ParameterSpec } from './parameters';
import { gridCodes, lineCodes } from './position-codes';
import type { Weights } from './weights';

/** The learned part of the positions, if there is one: [slots, width]. Beside a fixed code it starts at zero. */
export function positionParameters(name: string, kind: PositionKind, slots: number, width: number): ParameterSpec[] {
  if (kind === 'sin_cos') return [];
  return [{ name, shape: [slots, width], init: kind === 'learned' ? positionTable : zeros }];
}

/** Fixed code of the tape, [tokens, tapeDim] in double precision, before the rounding to float32. */
export const tapeCodes = ({ image, patch, tapeDim, timeScale }: RinConfig): Float64Array =>
  gridCodes(image[0] / patch, image[1] / patch, tapeDim, timeScale);

/** Fixed code of the learned latent slots, [latents without time and class, latentDim] in double precision. */
export const latentCodes = (config: RinConfig): Float64Array =>
  lineCodes(learnedLatents(config), config.latentDim, config.timeScale);

/** Position embedding of the tape, [tokens, tapeDim]. */
export const tapePositions = (w: Weights, config: RinConfig): Tensor =>
  positions(w, 'tape_pos', config.tapePos, [tapeTokens(config), config.tapeDim], () => tapeCodes(config));

/** Embedding of the learned latent slots: what the latents are before they have read anything. */
export const latentPositions = (w: Weights, config: RinConfig): Tensor =>
  positions(w, 'latents', config.latentPos, [learnedLatents(config), config.latentDim], () => latentCodes(config));

function positions(
  w: Weights,
  name: string,
  kind: PositionKind,
  shape: readonly [number, number],
  codes: () => Float64Array,
): Tensor {
  if (kind === 'learned') return w.tensor(name);
  const fixed = literal(Float32Array.from(codes()), shape);
  return kind === 'sin_cos' ? fixed : add(fixed, w.tensor(name));
}
