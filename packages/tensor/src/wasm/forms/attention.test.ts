// Reference: the definitions' expansions, interpreted in double precision.
import { beforeAll, describe, expect, it } from 'vitest';
import type { AttentionSizes } from '../../lower/attention-sizes';
import { attentionBackward, attentionDefinition } from '../../ops/attention';
import { type Argument, expansionOf, expectSameBits, formError, spreadOver } from '../../testing/named-form';
import { wasmFeatures } from '../features';
import { attentionForm } from './attention';
import { attentionBackwardForm } from './attention-backward';

beforeAll(() => expect(wasmFeatures().relaxedSimd).toBe(true));

const sizesOf = (
  ...[batch, heads, queries, keys, depth, width]: readonly [number, number, number, number, number, number]
): AttentionSizes => ({ batch, heads, queries, keys, depth, width });

const SIZES: readonly AttentionSizes[] = [
  sizesOf(1, 1, 1, 1, 1, 1),
  sizesOf(2, 3, 4, 8, 8, 8),
  sizesOf(1, 2, 3, 5, 2, 6),
  sizesOf(2, 2, 16, 49, 16, 32),
  sizesOf(1, 3, 49, 17, 20, 12),
  // Several blocks of queries, several of keys, and of both.
  sizesOf(1, 2, 131, 30, 8, 9),
  sizesOf(1, 1, 6, 517, 7, 5),
  sizesOf(1, 1, 70, 600, 5, 4),
];

function given({ batch, heads, queries, keys, depth, width }: AttentionSizes): Argument[] {
  // Logits of the same size whatever the width: errors grow with them.
  const q = spreadOver([batch, queries, heads * depth], 1, (x) => (8 * x) / Math.sqrt(depth));
  return [q, spreadOver([batch, keys, heads * depth], 2), spreadOver([batch, keys, heads * width], 3)];
}

function backwardOf(sizes: AttentionSizes): { args: Argument[]; truth: Float64Array[] } {
  const { batch, heads, queries, width } = sizes;
  const forward = given(sizes);
  const [o, logSums] = expansionOf(attentionDefinition, forward, { heads });
  const saved = (shape: readonly number[], values: Float64Array): Argument => ({
    shape,
    values: Float32Array.from(values),
  });
  const up = spreadOver([batch, queries, heads * width], 4);
  const args = [...forward, saved(up.shape, o!), saved([batch, heads, queries], logSums!), up];
  return { args, truth: expansionOf(attentionBackward, args, { heads }) };
}

describe.each([
  ['relaxed', true],
  ['plain', false],
])('with %s SIMD', (_, relaxed) => {
  it.each(SIZES)('%j', async (sizes) => {
    const args = given(sizes);
    const truth = expansionOf(attentionDefinition, args, { heads: sizes.heads });
    const form = attentionForm(sizes, { relaxed, wanted: [true, true] });
    expect(await formError(form, args, truth)).toBeLessThan(3e-6);
    const backward = backwardOf(sizes);
    const backwardForm = attentionBackwardForm(sizes, { relaxed, wanted: [true, true, true] });
    // With one key its weight is 1: of dq and dk nothing is left but rounding.
    const scales = sizes.keys === 1 ? [1, 1] : [];
    expect(await formError(backwardForm, backward.args, backward.truth, { scales })).toBeLessThan(1e-5);
  });
});

describe('leaves out what nobody reads', () => {
  const sizes = sizesOf(2, 2, 9, 13, 4, 6);
  it('of the forward', async () => {
    const args = given(sizes);
    const truth = expansionOf(attentionDefinition, args, { heads: 2 });
    const wanted = [true, false];
    expect(await formError(attentionForm(sizes, { relaxed: true, wanted }), args, truth, { wanted })).toBeLessThan(
      3e-6,
    );
  });
  it.each([
    [true, false, false],
    [false, true, false],
    [false, false, true],
    [false, true, true],
  ])('of the backward: %j %j %j', async (...wanted) => {
    const { args, truth } = backwardOf(sizes);
    const form = attentionBackwardForm(sizes, { relaxed: true, wanted });
    expect(await formError(form, args, truth, { wanted })).toBeLessThan(1e-5);
  });
});

it('weighs keys whose logits are far apart', async () => {
  const sizes = sizesOf(1, 1, 4, 9, 4, 4);
  const [q, k, v] = given(sizes) as [Argument, Argument, Argument];
  const far = { ...q, values: q.values.map((x) => 300 * x) };
  const truth = expansionOf(attentionDefinition, [far, k, v], { heads: 1 });
  const form = attentionForm(sizes, { relaxed: true, wanted: [true, true] });
  expect(await formError(form, [far, k, v], truth)).toBeLessThan(2e-4);
});

it('gives the same bits on any number of threads', async () => {
  const sizes = sizesOf(9, 8, 75, 33, 6, 10);
  const { batch, heads, queries, keys, depth, width } = sizes;
  const results = [batch * queries * heads * width, batch * heads * queries];
  await expectSameBits(attentionForm(sizes, { relaxed: true, wanted: [true, true] }), given(sizes), results, [3]);
  const slopes = [queries * depth, keys * depth, keys * width].map((n) => batch * heads * n);
  const form = attentionBackwardForm(sizes, { relaxed: true, wanted: [true, true, true] });
  await expectSameBits(form, backwardOf(sizes).args, slopes);
});
