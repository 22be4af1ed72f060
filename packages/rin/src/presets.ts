import { type RinConfig, rinConfig } from './config';

/** What the six rows of Table 1 share: patches of 8, tape 512 wide, latents 768 wide, 16 heads, ImageNet's classes. */
const table1 = (side: number, latents: number, blocks: readonly number[]): RinConfig =>
  rinConfig({
    image: [side, side],
    patch: 8,
    latents,
    latentDim: 768,
    tapeDim: 512,
    blocks,
    heads: 16,
    rwHeads: 16,
    classes: 1000,
  });

/**
 * Networks by name: the rows of Table 1 by image side, the official CIFAR-10 configuration, `tiny` for 28×28 images in
 * seconds, and `fixture`, the network of the golden values. Table 1 prints 320M parameters for 512; this layout, which
 * gives the other five rows, has 320.6M.
 */
export const rinPresets = {
  'table1-64': table1(64, 128, [6, 6, 6, 6]),
  'table1-128': table1(128, 128, [6, 6, 6, 6]),
  'table1-256': table1(256, 256, [6, 6, 6, 6, 6, 6]),
  'table1-512': table1(512, 256, [6, 6, 6, 6, 6, 6]),
  'table1-768': table1(768, 256, [8, 8, 8, 8, 8, 8]),
  'table1-1024': table1(1024, 256, [8, 8, 8, 8, 8, 8]),
  cifar10: rinConfig({
    image: [32, 32],
    patch: 2,
    latents: 128,
    latentDim: 512,
    tapeDim: 256,
    blocks: [2, 2, 2],
    heads: 16,
    rwHeads: 8,
    tapeMlp: 2,
    classes: 10,
    dropUnits: 0.1,
    dropPath: 0.1,
  }),
  tiny: rinConfig({
    image: [28, 28],
    patch: 4,
    latents: 16,
    latentDim: 128,
    tapeDim: 64,
    blocks: [2, 2],
    heads: 4,
    rwHeads: 4,
    classes: 10,
  }),
  fixture: rinConfig({
    image: [8, 8],
    patch: 2,
    latents: 8,
    latentDim: 32,
    tapeDim: 16,
    blocks: [1, 2],
    heads: 4,
    rwHeads: 2,
    tapeMlp: 2,
    classes: 10,
  }),
} as const satisfies Readonly<Record<string, RinConfig>>;

export type RinPresetName = keyof typeof rinPresets;

/** @throws RangeError, one line with the known names */
export function rinPreset(name: string): RinConfig {
  if (!Object.hasOwn(rinPresets, name)) {
    throw new RangeError(`RIN preset '${name}' is unknown; expected one of ${Object.keys(rinPresets).join(', ')}`);
  }
  return rinPresets[name as RinPresetName];
}
