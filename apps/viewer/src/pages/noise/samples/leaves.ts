import type { FloatImage } from '@noisesmith/data';
import { type Colour, clamp, createUniform, mix, normalField } from './fields';

const palette: readonly Colour[] = [
  [0.78, 0.3, 0.12],
  [0.9, 0.55, 0.16],
  [0.95, 0.76, 0.34],
  [0.55, 0.16, 0.13],
  [0.42, 0.45, 0.18],
  [0.24, 0.36, 0.22],
  [0.66, 0.58, 0.42],
];
const ground: Colour = [0.13, 0.1, 0.08];

/** Half lengths of leaves, in sides. */
const smallest = 0.006;
const largest = 0.22;

/** Half length of a leaf: the density falls with its cube, so leaves of every scale cover the same area. */
function drawLength(uniform: number): number {
  const [a, b] = [smallest ** -2, largest ** -2];
  return (a + (b - a) * uniform) ** -0.5;
}

/**
 * Fallen leaves upon one another, of all sizes: the "dead leaves" model of pictures of nature (Matheron 1968; Lee, Mumford
 * and Huang 2001), sharp edges at every scale and the same spectrum as photographs. Painted from the front to the
 * back: what is covered already stays.
 */
export function leaves(side: number): FloatImage {
  const uniform = createUniform(21);
  const grain = normalField(side, 1.6, 22);
  const data = new Float32Array(side * side * 3);
  const open = new Float32Array(side * side).fill(1);
  let left = side * side;

  const put = (i: number, cover: number, colour: Colour, shade: number) => {
    const share = open[i]! * cover;
    for (let c = 0; c < 3; c++) data[3 * i + c]! += share * clamp(colour[c]! * shade);
    open[i]! -= share;
    left -= share;
  };

  const leaf = () => {
    const length = drawLength(uniform()) * side;
    const [centreX, centreY] = [(uniform() * 1.2 - 0.1) * side, (uniform() * 1.2 - 0.1) * side];
    const angle = uniform() * 2 * Math.PI;
    const slim = 0.34 + 0.2 * uniform();
    const bend = 0.3 * (uniform() - 0.5);
    const base = palette[Math.floor(uniform() * palette.length)]!;
    const colour = mix(base, palette[Math.floor(uniform() * palette.length)]!, 0.25 * uniform());
    const light = 0.75 + 0.45 * uniform();
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const reach = Math.ceil(length) + 1;
    const [x0, x1] = [Math.max(0, Math.floor(centreX - reach)), Math.min(side - 1, Math.ceil(centreX + reach))];
    const [y0, y1] = [Math.max(0, Math.floor(centreY - reach)), Math.min(side - 1, Math.ceil(centreY + reach))];
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const i = y * side + x;
        if (open[i]! < 0.004) continue;
        const along = ((x - centreX) * cos + (y - centreY) * sin) / length;
        if (along * along >= 1) continue;
        const across = ((y - centreY) * cos - (x - centreX) * sin) / length - bend * (1 - along * along);
        const width = slim * (1 - along * along) * (1 - 0.25 * along);
        const cover = clamp((width - Math.abs(across)) * length + 0.5);
        if (cover === 0) continue;
        const rib = clamp(1.2 - Math.abs(across) * length * 0.9) * 0.28;
        const vein = 0.05 * Math.sin((along + Math.abs(across) * 0.9) * 34);
        const half = across > 0 ? 1.06 : 0.92;
        const edge = 1 - 0.25 * (across / width) ** 4;
        put(i, cover, colour, light * half * edge * (1 - rib) * (1 + vein + 0.06 * grain[i]!));
      }
    }
  };

  for (let count = 0; count < 60_000 && left > 0.002 * side * side; count++) leaf();
  for (let i = 0; i < open.length; i++) put(i, 1, ground, 1 + 0.2 * grain[i]!);
  return { width: side, height: side, channels: 3, data };
}
