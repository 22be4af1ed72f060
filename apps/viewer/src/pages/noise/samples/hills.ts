import type { FloatImage } from '@noisesmith/data';
import { type Colour, clamp, createUniform, mix, normalField, smoothStep } from './fields';

const zenith: Colour = [0.16, 0.3, 0.52];
const horizon: Colour = [0.98, 0.77, 0.56];
const sunlight: Colour = [1, 0.95, 0.8];
const haze: Colour = [0.86, 0.66, 0.6];
const near: Colour = [0.05, 0.1, 0.11];

/** A line of hills: where it stands, how rough it is, how high its firs are, all in sides. */
interface Ridge {
  readonly height: number;
  readonly rise: number;
  readonly rough: number;
  readonly fir: number;
}

const ridges: readonly Ridge[] = [
  { height: 0.5, rise: 0.1, rough: 2.6, fir: 0 },
  { height: 0.58, rise: 0.075, rough: 2.7, fir: 0.004 },
  { height: 0.67, rise: 0.06, rough: 2.9, fir: 0.012 },
  { height: 0.77, rise: 0.05, rough: 3, fir: 0.03 },
  { height: 0.9, rise: 0.04, rough: 3.1, fir: 0.075 },
];

/** Heights of a ridge by column: a random walk of many scales. */
function skyline({ height, rise, rough }: Ridge, side: number, uniform: () => number): Float32Array {
  const line = new Float32Array(side);
  for (let k = 1; k < side / 2; k++) {
    const size = k ** (-rough / 2);
    const phase = uniform() * 2 * Math.PI;
    const wave = (2 * Math.PI * k * 0.71) / side;
    for (let x = 0; x < side; x++) line[x]! += size * Math.cos(wave * x + phase);
  }
  return line.map((value) => (height - rise * value * 0.6) * side);
}

/** Lifts a skyline by the outlines of firs, which stand close, each of its own height. */
function plant(line: Float32Array, fir: number, side: number, uniform: () => number): Float32Array {
  const out = line.slice();
  if (fir === 0) return out;
  for (let x = 0; x < side + fir * side; x += fir * side * (0.12 + 0.25 * uniform())) {
    const tall = fir * side * (0.5 + 0.7 * uniform());
    const wide = tall * (0.18 + 0.06 * uniform());
    const foot = line[Math.min(side - 1, Math.round(x))]! + tall * 0.15;
    for (let column = Math.max(0, Math.ceil(x - wide)); column <= Math.min(side - 1, x + wide); column++) {
      const out1 = Math.abs(column - x) / wide;
      // Branches: the outline goes in and out as it narrows.
      const branches = 1 - out1 + 0.07 * Math.sin(out1 * 28);
      out[column] = Math.min(out[column]!, foot - tall * clamp(branches));
    }
  }
  return out;
}

/** Hills in haze before a low sun, with firs: flat sky, soft and sharp edges, and fine texture, as in a photograph. */
export function hills(side: number): FloatImage {
  const uniform = createUniform(41);
  const air = normalField(side, 2.6, 42);
  const grain = normalField(side, 1.8, 43);
  const data = new Float32Array(side * side * 3);
  const [sunX, sunY] = [0.66 * side, 0.36 * side];
  const lines = ridges.map((ridge) => plant(skyline(ridge, side, uniform), ridge.fir, side, uniform));

  const sky = (x: number, y: number, i: number): Colour => {
    const share = clamp(y / (0.62 * side));
    const distance = Math.hypot(x - sunX, y - sunY) / side;
    const glow = Math.exp(-distance * 5) * 0.7;
    const streak = smoothStep(0.2, 1.8, air[i]! + 0.4 * Math.sin((y / side) * 40 + air[i]!)) * 0.3;
    const base = mix(mix(zenith, horizon, share ** 1.3), sunlight, clamp(glow + streak * (0.4 + share)));
    return mix(base, sunlight, clamp((0.055 - distance) * side * 0.5));
  };

  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++, i++) {
      let colour = sky(x, y, i);
      lines.forEach((line, k) => {
        const depth = y - line[x]!;
        const cover = clamp(depth + 0.5);
        if (cover === 0) return;
        const share = (k + 1) / lines.length;
        const ground = mix(haze, near, share ** 0.8);
        // Haze gathers in the valleys; sunlight brushes the crests.
        const mist = 0.35 * (1 - share) * clamp(depth / (0.14 * side));
        const crest = 0.3 * (1 - share) * Math.exp(-depth / (0.012 * side));
        const texture = 1 + (0.02 + 0.13 * share) * grain[i]!;
        const land = mix(mix(ground, haze, mist), sunlight, crest);
        colour = mix(colour, [land[0] * texture, land[1] * texture, land[2] * texture], cover);
      });
      for (let c = 0; c < 3; c++) data[3 * i + c] = clamp(colour[c]!);
    }
  }
  return { width: side, height: side, channels: 3, data };
}
