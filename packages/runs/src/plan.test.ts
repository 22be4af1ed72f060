// Reference: what the README of @noisesmith/rin says of `recompute`.
import { readFileSync } from 'node:fs';
import { openWasm } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { presetConfig } from './config';
import { planRun } from './plan';

const readme = readFileSync(new URL('../../rin/README.md', import.meta.url), 'utf8').replace(/\s+/g, ' ');
const [, ...said] =
  /with four images plans (\d+) MiB for values on their way in place of (\d+), one of `cifar10` (\d+) in place of (\d+)/.exec(
    readme,
  ) ?? [];

describe('recompute', () => {
  it.each([
    ['table1-64', Number(said[0]), Number(said[1])],
    ['cifar10', Number(said[2]), Number(said[3])],
  ])('of %s takes %i MiB in place of %i, within 2 in 100', async (name, again, kept) => {
    using wasm = await openWasm();
    const { train, ...config } = presetConfig(name);
    const mebibytes = (recompute: boolean): number =>
      planRun({ ...config, train: { ...train, batch: 4, recompute } }, wasm.target).temporaryBytes / 2 ** 20;
    expect(Math.abs(mebibytes(true) / again - 1)).toBeLessThan(0.02);
    expect(Math.abs(mebibytes(false) / kept - 1)).toBeLessThan(0.02);
  });
});
