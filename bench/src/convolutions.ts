/** A convolution of Inception-v3: images [batch, height, width, channels], kernels [kh, kw, channels, outputs]. */
export interface Convolution {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Of the kernel, [height, width]. */
  readonly size: readonly [number, number];
  readonly outputs: number;
  readonly stride: number;
  readonly padding: 'same' | 'valid';
}

/** Images that are convolved at a time. */
const BATCH = 4;

const convolution = (
  side: number,
  channels: number,
  size: readonly [number, number],
  outputs: number,
  padding: 'same' | 'valid' = 'same',
  stride = 1,
): Convolution => ({ batch: BATCH, height: side, width: side, channels, size, outputs, stride, padding });

/** The shapes that Inception-v3's convolutions have at 299 × 299, by the block where each first stands (Szegedy et al. 2016). */
export const convolutions: ReadonlyMap<string, Convolution> = new Map([
  ['1a', convolution(299, 3, [3, 3], 32, 'valid', 2)],
  ['2a', convolution(149, 32, [3, 3], 32, 'valid')],
  ['2b', convolution(147, 32, [3, 3], 64)],
  ['3b', convolution(73, 64, [1, 1], 80)],
  ['4a', convolution(73, 80, [3, 3], 192, 'valid')],
  ['5b-1x1', convolution(35, 192, [1, 1], 64)],
  ['5b-5x5', convolution(35, 48, [5, 5], 64)],
  ['5b-3x3', convolution(35, 64, [3, 3], 96)],
  ['5c-3x3', convolution(35, 96, [3, 3], 96)],
  ['6a', convolution(35, 288, [3, 3], 384, 'valid', 2)],
  ['6b-1x1', convolution(17, 768, [1, 1], 192)],
  ['6b-1x7', convolution(17, 128, [1, 7], 128)],
  ['6b-7x1', convolution(17, 128, [7, 1], 192)],
  ['6e-1x7', convolution(17, 192, [1, 7], 192)],
  ['7a', convolution(17, 192, [3, 3], 320, 'valid', 2)],
  ['7b-1x1', convolution(8, 1280, [1, 1], 320)],
  ['7b-3x3', convolution(8, 448, [3, 3], 384)],
  ['7b-1x3', convolution(8, 384, [1, 3], 384)],
  ['7b-3x1', convolution(8, 384, [3, 1], 384)],
]);

/** Shapes of its inputs by name. */
export const convolutionShapes = ({ batch, height, width, channels, size, outputs }: Convolution) => ({
  x: [batch, height, width, channels],
  w: [...size, channels, outputs],
});

/** `3x3/2, 35x35x288 to 384` */
export const describeConvolution = ({ height, width, channels, size, outputs, stride }: Convolution): string =>
  `${size.join('x')}${stride > 1 ? `/${stride}` : ''}, ${height}x${width}x${channels} to ${outputs}`;
