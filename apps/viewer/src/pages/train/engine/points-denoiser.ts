import type { Denoiser, TimeFeatures } from '@noisesmith/diffusion';
import { randomPurpose } from '@noisesmith/diffusion';
import {
  abs,
  add,
  concat,
  deriveKey,
  fill,
  floor,
  inverseNormal,
  type Layout,
  layoutOf,
  matmul,
  mul,
  reshape,
  silu,
  sub,
  type Tensor,
  uniformFromBits,
} from '@noisesmith/tensor';

/** Waves over the logSNR that the network is told, of 32, 16 and 8 units. */
const TIME_WAVES = [1, 2, 4];
const TIME_WIDTH = 2 * TIME_WAVES.length + 1;
/** Beyond it there is hardly any noise, or nothing else. */
const MOST_LOG_SNR = 14;

/** gamma as its logSNR, and sines and cosines of it. */
const timeFeatures: TimeFeatures = {
  width: TIME_WIDTH,
  compute(gamma) {
    const rows = new Float32Array(gamma.length * TIME_WIDTH);
    for (let i = 0; i < gamma.length; i++) {
      const logSnr = Math.log(gamma[i]! / (1 - gamma[i]!));
      const held = Math.min(MOST_LOG_SNR, Math.max(-MOST_LOG_SNR, logSnr));
      rows[i * TIME_WIDTH] = held / MOST_LOG_SNR;
      TIME_WAVES.forEach((wave, k) => {
        const angle = (2 * Math.PI * wave * held) / 32;
        rows[i * TIME_WIDTH + 1 + 2 * k] = Math.sin(angle);
        rows[i * TIME_WIDTH + 2 + 2 * k] = Math.cos(angle);
      });
    }
    return rows;
  },
};

/** Waves across the drawing that a place is told as, beside its two numbers: the finest tell hundredths apart. */
const PLACE_WAVES = [0.25, 0.5, 1, 2, 4];
const PLACE_WIDTH = 2 + 4 * PLACE_WAVES.length;

/** A wave of straight flanks between −1 and 1, of period 1: the engine has no sine. */
function zigzag(x: Tensor, shift: number): Tensor {
  const t = add(x, shift);
  return sub(mul(abs(sub(sub(t, floor(t)), 0.5)), 4), 1);
}

/** [batch, 2] → [batch, PLACE_WIDTH]. Mildenhall et al. 2020 do so with sines. */
const placeFeatures = (x: Tensor): Tensor =>
  concat([x, ...PLACE_WAVES.flatMap((wave) => [0, 0.25].map((shift) => zigzag(mul(x, wave), shift)))], 1);

function shapesOf(width: number, layers: number): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = {
    'in.weight': [PLACE_WIDTH, width],
    'in.time': [TIME_WIDTH, width],
    'in.bias': [width],
  };
  for (let i = 0; i < layers; i++) {
    shapes[`layer${i}.weight`] = [width, width];
    shapes[`layer${i}.time`] = [TIME_WIDTH, width];
    shapes[`layer${i}.bias`] = [width];
  }
  return { ...shapes, 'out.weight': [width, 2], 'out.bias': [2] };
}

/**
 * A network of points in the plane, as images of one row, one column and two channels: what is drawn by hand is trained
 * and sampled by the same steps, schedules and samplers as pictures are. A layer is h + silu(h·W + time·T + b), He
 * initialised; the output begins at zero. It carries nothing.
 *
 * @param width of its layers
 * @param layers between the first and the last
 */
export function pointsDenoiser(width = 128, layers = 2): Denoiser {
  const layout = layoutOf(shapesOf(width, layers));
  return {
    imageShape: [1, 1, 2],
    classes: 0,
    layout,
    carryShape: [1],
    timeFeatures,
    initialize: (name, seed) => initialValues(layout, name, seed),
    apply(parameters, { carry, timeFeatures: time, x }) {
      const batch = x.shape[0]!;
      const part = (name: string): Tensor => parameters[name]!;
      const layer = (name: string, h: Tensor): Tensor =>
        silu(add(add(matmul(h, part(`${name}.weight`)), matmul(time, part(`${name}.time`))), part(`${name}.bias`)));
      let h = layer('in', placeFeatures(reshape(x, [batch, 2])));
      for (let i = 0; i < layers; i++) h = add(h, layer(`layer${i}`, h));
      const prediction = add(matmul(h, part('out.weight')), part('out.bias'));
      return { prediction: reshape(prediction, x.shape), carry: mul(carry, fill([1], 0)) };
    },
  };
}

/** Weights normal of variance 1/fan-in, biases and the last layer zero. A function of seed and place alone. */
function initialValues(layout: Layout, name: string, seed: number): Float32Array<ArrayBuffer> {
  const found = layout.segments.find((segment) => segment.name === name);
  if (!found) throw new RangeError(`the network has no parameter '${name}'`);
  const { offset, shape, size } = found;
  const values = new Float32Array(size);
  if (shape.length < 2 || name.startsWith('out')) return values;
  const deviation = Math.sqrt(1 / shape[0]!);
  return values.map((_, i) => {
    const [bits] = deriveKey(seed, randomPurpose.initialize, 0, offset + i);
    return deviation * inverseNormal(uniformFromBits(bits));
  });
}
