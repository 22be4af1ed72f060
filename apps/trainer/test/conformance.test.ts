// References: fixtures/rin-tiny.safetensors, float64 values of an independent (PyTorch) implementation; and a synthetic
// file of the second format, from the oracle in double precision with LAMB, DDIM and position codes in plain arithmetic.
import { readFileSync } from 'node:fs';
import { readSafetensors, writeSafetensors } from '@noisesmith/formats';
import { type Device, openDevice } from '@noisesmith/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runConformance } from '../src/conformance';
import { compareWithFixture } from './compare';
import { syntheticFixture } from './synthetic-fixture';

const rinTiny = readFileSync(new URL('../../../fixtures/rin-tiny.safetensors', import.meta.url));
const COMPILING = 600_000;

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

it(
  'a rin-fixture-1 file: forward, gradients, LAMB and samplers are inside the tolerances',
  async () => {
    const { checked, failures } = compareWithFixture(rinTiny, await runConformance(device, rinTiny));
    expect(failures).toEqual([]);
    expect(checked).toBe(432);
  },
  COMPILING,
);

it(
  'a rin-fixture-2 file: no classes, not square, fixed codes, fresh gradients, eta',
  async () => {
    const fixture = syntheticFixture();
    const { checked, failures } = compareWithFixture(fixture, await runConformance(device, fixture));
    expect(failures).toEqual([]);
    expect(checked).toBeGreaterThan(100);
  },
  COMPILING,
);

it('files that are no fixtures are refused in one line', async () => {
  const refused = (bytes: Uint8Array) => expect(runConformance(device, bytes, { name: 'f' })).rejects;
  await refused(writeSafetensors({})).toThrow('f: format is (none); expected rin-fixture-1 or rin-fixture-2');
  await refused(writeSafetensors({}, { format: 'rin-fixture-1' })).toThrow('f: the metadata has no config');
  const { metadata, tensors } = readSafetensors(rinTiny);
  tensors.delete('param.stem.bias');
  await refused(writeSafetensors(tensors, metadata)).toThrow("f: tensor 'param.stem.bias' is missing");
});
