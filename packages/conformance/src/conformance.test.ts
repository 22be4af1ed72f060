// References: fixtures/rin-tiny.safetensors, float64 values of an independent (PyTorch) implementation; and a synthetic
// file of the second format, from the oracle in double precision with LAMB, DDIM and position codes in plain arithmetic.
import { readFileSync } from 'node:fs';
import { readSafetensors, writeSafetensors } from '@noisesmith/formats';
import { openDevice, openOracle, openWasm } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { runConformance } from './conformance';
import { compareWithFixture } from './testing/compare';
import { syntheticFixture } from './testing/synthetic-fixture';

const rinTiny = readFileSync(new URL('../../../fixtures/rin-tiny.safetensors', import.meta.url));
const COMPILING = 600_000;
/** In double precision little is left but the rounding of the file's values to float32. */
const ORACLE_SHARE = 1e-2;

describe.each([
  ['WebGPU', openDevice, 1],
  ['WebAssembly', openWasm, 1],
  ['the oracle', async () => openOracle(), ORACLE_SHARE],
])('on %s', (_, open, share) => {
  it(
    'a rin-fixture-1 file: forward, gradients, LAMB and samplers are inside the tolerances',
    async () => {
      using backend = await open();
      const { checked, failures } = compareWithFixture(rinTiny, await runConformance(backend, rinTiny), share);
      expect(failures).toEqual([]);
      expect(checked).toBe(432);
    },
    COMPILING,
  );

  it(
    'a rin-fixture-2 file: no classes, not square, fixed codes, fresh gradients, eta',
    async () => {
      using backend = await open();
      const fixture = syntheticFixture();
      const { checked, failures } = compareWithFixture(fixture, await runConformance(backend, fixture), share);
      expect(failures).toEqual([]);
      expect(checked).toBeGreaterThan(100);
    },
    COMPILING,
  );
});

it('files that are no fixtures are refused in one line', async () => {
  using backend = openOracle();
  const refused = (bytes: Uint8Array) => expect(runConformance(backend, bytes, { name: 'f' })).rejects;
  await refused(writeSafetensors({})).toThrow('f: format is (none); expected rin-fixture-1 or rin-fixture-2');
  await refused(writeSafetensors({}, { format: 'rin-fixture-1' })).toThrow('f: the metadata has no config');
  const { metadata, tensors } = readSafetensors(rinTiny);
  const second = { format: 'rin-fixture-2', config: metadata.config!, lamb: '{"beta1": 2}' };
  await refused(writeSafetensors({}, second)).toThrow('f: train.optimizer.beta1 is 2; expected a number >= 0 and < 1');
  tensors.delete('param.stem.bias');
  await refused(writeSafetensors(tensors, metadata)).toThrow("f: tensor 'param.stem.bias' is missing");
});
