// Reference: limits of the official code's initialisers under Keras 2 (kernels of rank 3 counted as convolutions), worked
// out by hand for the widths of Table 1; moments of the uniform and of the truncated normal distribution.
import { initialParameters, parameterViews } from '@noisesmith/diffusion';
import { describe, expect, it } from 'vitest';
import { rinConfig } from './config';
import { rinParameters } from './forward';
import { rin } from './rin';
import { tiny } from './testing/networks';

describe('limits at the widths of Table 1', () => {
  const widths = rinConfig({
    ...{ image: [64, 64], patch: 8, latents: 128, latentDim: 768, tapeDim: 512 },
    ...{ blocks: [6, 6, 6, 6], heads: 16, rwHeads: 16, classes: 1000 },
  });
  const limits = (initializer: 'keras2' | 'glorot'): Map<string, number> =>
    new Map(
      rinParameters({ ...widths, initializer }).flatMap(({ name, init }) =>
        init.kind === 'uniform' ? [[name, init.limit] as const] : [],
      ),
    );
  const keras2 = limits('keras2');
  const glorot = limits('glorot');

  it.each([
    ['b0.l0.attn.q.weight', 0.01105, 0.0625],
    ['b3.l5.attn.v.weight', 0.01105, 0.0625],
    ['b0.l0.attn.o.weight', 0.02144, 0.0625],
    ['b0.read.attn.q.weight', 0.01276, 0.0685],
    ['b0.read.attn.k.weight', 0.01562, 0.0765],
    ['b0.read.attn.o.weight', 0.02165, 0.0685],
    ['b0.write.attn.q.weight', 0.01562, 0.0765],
    ['b0.write.attn.k.weight', 0.01276, 0.0685],
    ['b0.write.attn.o.weight', 0.02626, 0.0765],
    ['stem.weight', 0.01349, 0.01349],
    ['out.weight', 0.09231, 0.09231],
    ['b0.read.mlp.fc1.weight', 0.03953, 0.03953],
  ])('%s: keras2 %d, glorot %d', (name, a, b) => {
    expect(keras2.get(name)).toBeCloseTo(a, 4);
    expect(glorot.get(name)).toBeCloseTo(b, 4);
  });
});

describe('initial values', () => {
  const net = rin(tiny);
  const flat = initialParameters(net, 7);
  const tensors = parameterViews(net.layout, flat);
  const get = (name: string): Float32Array => tensors.get(name)!;
  const deviation = (x: Float32Array): number => Math.hypot(...x) / Math.sqrt(x.length);

  it('are a function of the seed', () => {
    const same = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((v, i) => v === b[i]);
    expect(same(initialParameters(net, 7), flat)).toBe(true);
    expect(same(initialParameters(net, 8), flat)).toBe(false);
    expect(same(get('b0.l0.attn.q.weight'), get('b0.l1.attn.q.weight'))).toBe(false);
  });

  it('of a tensor depend on its name, not on the rest of the network', () => {
    const other = rin({ ...tiny, blocks: [1], classes: 0 });
    const shared = parameterViews(other.layout, initialParameters(other, 7));
    const mine = get('b0.l0.attn.q.weight');
    expect(shared.get('b0.l0.attn.q.weight')!.every((v, i) => v === mine[i])).toBe(true);
  });

  it('fill their range', () => {
    const limit = Math.sqrt(6 / (128 * (4 + 32)));
    const q = get('b0.l0.attn.q.weight');
    expect(Math.max(...q)).toBeLessThanOrEqual(limit);
    expect(Math.max(...q)).toBeGreaterThan(0.999 * limit);
    expect(Math.min(...q)).toBeLessThan(-0.999 * limit);
    expect(deviation(q) / (limit / Math.sqrt(3))).toBeCloseTo(1, 1);
  });

  it('of tables are normal, cut at two deviations', () => {
    const table = get('tape_pos');
    expect(Math.max(...table.map(Math.abs))).toBeLessThanOrEqual(0.04);
    // 0.02·√(1 − 4·φ(2)/(2·Φ(2) − 1)) = 0.017593
    expect(Math.abs(deviation(table) - 0.017593)).toBeLessThan(6e-4);
  });

  it('of biases and norms are constants, and the carried latents are switched off', () => {
    expect(new Set(get('b0.read.ln.gamma'))).toEqual(new Set([1]));
    expect(new Set(get('b0.read.attn.q.bias'))).toEqual(new Set([0]));
    expect(new Set(get('prev.ln.gamma'))).toEqual(new Set([0]));
    expect(new Set(get('prev.mlp.ln.gamma'))).toEqual(new Set([1]));
  });
});
