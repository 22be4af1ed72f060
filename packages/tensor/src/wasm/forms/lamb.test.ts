// Reference: the definition's expansion, interpreted in double precision.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Layout, layoutOf } from '../../ir/layout';
import { type LambAttributes, lambDefinition } from '../../ops/optimizer';
import { type Argument, expansionOf, expectSameBits, formError, spreadOver } from '../../testing/named-form';
import { wasmFeatures } from '../features';
import { LAMB_ALIASES, lambForm, lambSupports } from './lamb';

beforeAll(() => expect(wasmFeatures().relaxedSimd).toBe(true));

const LAYOUTS: Readonly<Record<string, Layout>> = {
  'one number': layoutOf({ 'a.weight': [1] }),
  'tensors of less and of more than a block': layoutOf({
    'a.weight': [5, 7],
    'a.bias': [3],
    'b.weight': [64, 64],
    'b.bias': [1],
    'c.weight': [97, 141],
    'c.bias': [141],
    zero: [5],
  }),
};

type Kind = 'lamb' | 'lamb without decay' | 'adamw';

function attributesOf({ segments }: Layout, kind: Kind): LambAttributes {
  return {
    segments: segments.map(({ name, offset, size }) => {
      const plain = name.endsWith('.bias');
      return { offset, size, adapt: kind !== 'adamw' && !plain, decay: !plain };
    }),
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: kind === 'lamb without decay' ? 0 : 0.01,
  };
}

/** Numbers in the segments of a flat vector, zeros in its gaps and in the tensor `zero`. */
function flat({ segments, size }: Layout, seed: number, of = (x: number, _place: number): number => x): Argument {
  const { values } = spreadOver([size], seed);
  const made = new Float32Array(size);
  for (const { name, offset, size: count } of segments) {
    for (let i = offset; i < offset + count && name !== 'zero'; i++) made[i] = of(values[i]!, i / size);
  }
  return { shape: [size], values: made };
}

const scalar = (x: number): Argument => ({ shape: [1], values: Float32Array.of(x) });

const given = (layout: Layout): Argument[] => [
  // Larger from place to place, so that a norm is wrong where a part of it is left out.
  flat(layout, 1, (x, place) => x * (1 + 9 * place)),
  flat(layout, 2),
  flat(layout, 3, (x) => x / 10),
  flat(layout, 4, (x) => x ** 2 / 100),
  flat(layout, 5),
  ...[0.1, 3.7, 336.2, 0.9].map(scalar),
];

const ALL = [true, true, true, true];

describe.each([
  ['relaxed', true],
  ['plain', false],
])('with %s SIMD', (_, relaxed) => {
  describe.each(Object.entries(LAYOUTS))('of %s', (_name, layout) => {
    it.each<Kind>(['lamb', 'lamb without decay', 'adamw'])('%s', async (kind) => {
      const args = given(layout);
      const attributes = attributesOf(layout, kind);
      const truth = expansionOf(lambDefinition, args, attributes);
      const form = lambForm(layout.size, attributes, { relaxed, wanted: ALL });
      expect(await formError(form, args, truth)).toBeLessThan(2e-6);
      expect(await formError(form, args, truth, { aliases: LAMB_ALIASES })).toBeLessThan(2e-6);
    });
  });
});

it.each([
  [true, false, false, false],
  [false, true, false, true],
])('leaves out what nobody reads: %j %j %j %j', async (...wanted) => {
  const layout = Object.values(LAYOUTS)[1]!;
  for (const kind of ['lamb', 'adamw'] as const) {
    const attributes = attributesOf(layout, kind);
    const truth = expansionOf(lambDefinition, given(layout), attributes);
    const form = lambForm(layout.size, attributes, { relaxed: true, wanted });
    expect(await formError(form, given(layout), truth, { wanted })).toBeLessThan(2e-6);
  }
});

it('gives the same bits on any number of threads', async () => {
  const layout = layoutOf({ a: [400, 500], b: [3], c: [7000] });
  const form = lambForm(layout.size, attributesOf(layout, 'lamb'), { relaxed: true, wanted: ALL });
  await expectSameBits(
    form,
    given(layout),
    [0, 1, 2, 3].map(() => layout.size),
  );
});

it('takes segments in order whose vectors are their own', () => {
  const segment = (offset: number, size: number) => ({ offset, size, adapt: true, decay: true });
  expect(lambSupports([segment(0, 3), segment(4, 8)], 12)).toBe(true);
  expect(lambSupports([segment(4, 8)], 12)).toBe(false);
  expect(lambSupports([segment(0, 3), segment(3, 5)], 8)).toBe(false);
  expect(lambSupports([segment(0, 3), segment(4, 7)], 11)).toBe(false);
  expect(lambSupports([segment(4, 8), segment(0, 4)], 12)).toBe(false);
});
