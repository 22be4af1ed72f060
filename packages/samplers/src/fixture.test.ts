// Reference: fixtures/rin-tiny.safetensors, float64 traces of an independent (PyTorch) implementation: eight steps of
// DDIM and both DDPM variances on a RIN, with and without guidance, latents carried from the conditional pass.
import { readFileSync } from 'node:fs';
import { flattenParameters } from '@noisesmith/diffusion';
import { readSafetensors } from '@noisesmith/formats';
import { rin, rinConfigFromMetadata } from '@noisesmith/rin';
import type { Backend } from '@noisesmith/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sample } from './session';
import { backends } from './testing/backends';

const url = new URL('../../../fixtures/rin-tiny.safetensors', import.meta.url);
const { metadata, tensors } = readSafetensors(readFileSync(url), { name: 'rin-tiny.safetensors' });
const get = (name: string): Float32Array => tensors.get(name)!.data as Float32Array;

const net = rin(rinConfigFromMetadata(metadata.config!));
const parameters = Object.fromEntries(net.layout.segments.map(({ name }) => [name, get(`param.${name}`)]));
const onehot = get('sample.onehot');
const labels = Array.from({ length: onehot.length / 10 }, (_, i) => {
  const label = onehot.subarray(10 * i, 10 * i + 10).indexOf(1);
  return label < 0 ? null : label;
});

function relativeError(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const norm = (x: Float32Array): number => Math.hypot(...x);
  return norm(actual.map((a, i) => a - expected[i]!)) / norm(expected);
}

const rules = [
  ['ddim', 'ddim'],
  ['ddpm', 'ddpm_large'],
  ['ddpm@small', 'ddpm_small'],
] as const;

describe.each(backends)('on %s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());

  describe.each(rules)('%s', (sampler, kind) => {
    it.each([0, 3])('follows the golden trace at guidance %i', async (guidance) => {
      const key = `sample.${kind}.w${guidance}`;
      const trace = new Map<number, Float32Array>();
      const { images } = await sample(backend, net, {
        steps: 8,
        sampler,
        guidance,
        inputScale: 0.5,
        weights: flattenParameters(net.layout, parameters),
        labels,
        given: { start: get('sample.x_T'), noise: get('sample.noise') },
        onStep: async ({ index, read }) => {
          trace.set(index, await read('x'));
        },
      });
      expect(relativeError(trace.get(0)!, get(`${key}.x_after0`))).toBeLessThan(1e-5);
      expect(relativeError(trace.get(7)!, get(`${key}.x_after7`))).toBeLessThan(1e-5);
      expect(relativeError(images, get(`${key}.image01`))).toBeLessThan(1e-5);
    });
  });
});
