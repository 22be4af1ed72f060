// Reference: the definitions' expansions, interpreted in double precision.
import { beforeAll, describe, expect, it } from 'vitest';
import { layerNormBackward, layerNormDefinition, softmaxBackward, softmaxDefinition } from '../../ops/norm';
import { type Argument, expansionOf, expectSameBits, formError, spreadOver } from '../../testing/named-form';
import { wasmFeatures } from '../features';
import { layerNormBackwardForm, layerNormForm, type RowSizes } from './layer-norm';
import { softmaxBackwardForm, softmaxForm } from './softmax';

beforeAll(() => expect(wasmFeatures().relaxedSimd).toBe(true));

const EPSILON = 1e-6;
/** One row, widths of less than a vector, with a rest of lanes and of vectors, more rows than parts. */
const SIZES: readonly (readonly [number, number])[] = [
  [1, 16],
  [3, 20],
  [5, 1],
  [13, 7],
  [6, 100],
  [129, 37],
  [131, 64],
  [1100, 18],
];
const ALL = [true, true, true] as const;

/** Rows around a mean of their own, as far from zero as they are wide. */
const rows = ({ rows, width }: RowSizes, seed: number): Argument => {
  const spread = spreadOver([rows, width], seed);
  return { ...spread, values: spread.values.map((x, i) => x + 3 * Math.sin(Math.floor(i / width))) };
};
const sizesOf = ([rows, width]: readonly [number, number]): RowSizes => ({ rows, width });

const normArguments = (sizes: RowSizes): Argument[] => [
  rows(sizes, 1),
  spreadOver([sizes.width], 2, (x) => 1 + x),
  spreadOver([sizes.width], 3),
];
function backwardArguments(sizes: RowSizes): Argument[] {
  const given = normArguments(sizes);
  const [, mean, rstd] = expansionOf(layerNormDefinition, given, { epsilon: EPSILON }).map((x) => Float32Array.from(x));
  const saved = (values: Float32Array): Argument => ({ shape: [sizes.rows, 1], values });
  return [given[0]!, given[1]!, saved(mean!), saved(rstd!), spreadOver([sizes.rows, sizes.width], 4)];
}

describe.each([
  ['relaxed', true],
  ['plain', false],
])('with %s SIMD', (_, relaxed) => {
  describe.each(SIZES)('%d rows of %d', (...size) => {
    const sizes = sizesOf(size);

    it('layer norm', async () => {
      const given = normArguments(sizes);
      const truth = expansionOf(layerNormDefinition, given, { epsilon: EPSILON });
      const form = layerNormForm(sizes, EPSILON, { relaxed, wanted: ALL });
      expect(await formError(form, given, truth)).toBeLessThan(2e-6);
    });

    it('layer norm backward', async () => {
      const given = backwardArguments(sizes);
      const truth = expansionOf(layerNormBackward, given, {});
      const form = layerNormBackwardForm(sizes, { relaxed, wanted: ALL });
      // A row of one number does not vary: of its gradient, numbers in about [−1, 1] times 1/√epsilon, nothing is left.
      const scales = [size[1] === 1 ? 1 / Math.sqrt(EPSILON) : 1e-6];
      expect(await formError(form, given, truth, { scales })).toBeLessThan(4e-6);
    });

    it('softmax and its backward', async () => {
      const x = rows(sizes, 5);
      const large = { ...x, values: x.values.map((v) => 40 * v) };
      const truth = expansionOf(softmaxDefinition, [large], {});
      expect(await formError(softmaxForm(sizes, relaxed), [large], truth)).toBeLessThan(1e-6);
      const [small] = expansionOf(softmaxDefinition, [x], {});
      const y = { ...x, values: Float32Array.from(small!) };
      const given = [y, spreadOver(x.shape, 6)];
      const slopes = expansionOf(softmaxBackward, given, {});
      expect(await formError(softmaxBackwardForm(sizes, relaxed), given, slopes)).toBeLessThan(2e-6);
    });
  });
});

describe('leaves out what nobody reads', () => {
  const sizes = { rows: 70, width: 22 };
  it.each([
    [true, false, false],
    [true, false, true],
    [true, true, false],
  ])('of layer norm: %j %j %j', async (...wanted) => {
    const given = normArguments(sizes);
    const truth = expansionOf(layerNormDefinition, given, { epsilon: EPSILON });
    const form = layerNormForm(sizes, EPSILON, { relaxed: true, wanted });
    expect(await formError(form, given, truth, { wanted })).toBeLessThan(2e-6);
  });
  it.each([
    [true, false, false],
    [false, true, true],
    [false, false, true],
    [true, true, false],
  ])('of its backward: %j %j %j', async (...wanted) => {
    const given = backwardArguments(sizes);
    const truth = expansionOf(layerNormBackward, given, {});
    const form = layerNormBackwardForm(sizes, { relaxed: true, wanted });
    expect(await formError(form, given, truth, { wanted })).toBeLessThan(4e-6);
  });
});

it('gives the same bits on any number of threads', async () => {
  const sizes = { rows: 1500, width: 37 };
  const size = sizes.rows * sizes.width;
  const options = { relaxed: true, wanted: ALL };
  await expectSameBits(layerNormBackwardForm(sizes, options), backwardArguments(sizes), [size, 37, 37]);
  await expectSameBits(softmaxForm(sizes, true), [rows(sizes, 1)], [size], [3]);
});
