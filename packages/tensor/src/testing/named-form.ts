import type { Definition } from '../ir/definition';
import { type Shape, sizeOf } from '../ir/shape';
import { literal } from '../ops/elementwise';
import { evaluate } from '../oracle/interpret';
import { threefry2x32, uniformFromBits } from '../random/threefry';
import type { Form } from '../wasm/forms/form';
import { type FormRun, loadForm, runForm } from '../wasm/testing/run-form';
import { relativeError } from './compare';

export interface Argument {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** Numbers from −1 to 1, of a seed. */
export function spreadOver(shape: Shape, seed: number, of = (x: number): number => x): Argument {
  const number = (i: number): number => 2 * uniformFromBits(threefry2x32([seed, 11], [i, 0])[0]) - 1;
  return { shape, values: Float32Array.from({ length: sizeOf(shape) }, (_, i) => of(number(i))) };
}

/** What a named definition's expansion gives in double precision. */
export const expansionOf = <A>(definition: Definition<A>, args: readonly Argument[], attributes: A): Float64Array[] =>
  evaluate(
    definition.expand(
      args.map(({ values, shape }) => literal(values, shape)),
      attributes,
    ),
    {},
  );

/**
 * Largest error of the wanted results of a form of a named definition, each relative to its largest element or to its entry of
 * `scales` where that is larger.
 */
export async function formError(
  form: Form,
  args: readonly Argument[],
  truth: readonly Float64Array[],
  options: FormRun & { readonly wanted?: readonly boolean[]; readonly scales?: readonly number[] } = {},
): Promise<number> {
  const { wanted = truth.map(() => true), scales = [] } = options;
  const found = await runForm(
    form,
    args.map(({ values }) => values),
    truth.map(({ length }) => length),
    options,
  );
  return Math.max(
    ...found.map((result, i) => {
      if (wanted[i]) return relativeError(truth[i]!, result, scales[i]);
      // Nothing is written where nobody reads.
      return result.every(Number.isNaN) ? 0 : Number.POSITIVE_INFINITY;
    }),
  );
}

/** @throws Error when results depend on the number of threads, or on what an earlier run left behind */
export async function expectSameBits(
  form: Form,
  args: readonly Argument[],
  sizes: readonly number[],
  counts: readonly number[] = [1, 2, 3, 8],
): Promise<void> {
  const bitsOf = (x: Float32Array): Uint32Array => new Uint32Array(x.buffer, x.byteOffset, x.length);
  const same = (x: Float32Array, y: Float32Array): boolean => {
    const [a, b] = [bitsOf(x), bitsOf(y)];
    return a.every((word, i) => word === b[i]);
  };
  const inputs = args.map(({ values }) => values);
  const once = await runForm(form, inputs, sizes);
  for (const workers of counts) {
    const loaded = await loadForm(form, inputs, sizes, { workers });
    try {
      for (let run = 0; run < 3; run++) {
        await loaded.run();
        if (!loaded.outputs().every((result, i) => same(result, once[i]!)))
          throw new Error(`other bits with ${workers} threads in run ${run}`);
      }
    } finally {
      loaded.destroy();
    }
  }
}
