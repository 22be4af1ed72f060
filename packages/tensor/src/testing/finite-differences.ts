import { grad } from '../autodiff/gradient';
import { type TensorSpec, trace } from '../ir/program';
import { type Shape, sizeOf } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { mul } from '../ops/elementwise';
import { sum } from '../ops/reduce';
import { interpret } from '../oracle/interpret';

export interface GradientCase {
  /** f32 arguments to differentiate by: their shapes. */
  readonly shapes: readonly Shape[];
  /** Values of argument i, element j; a smooth deterministic spread is taken where absent. */
  readonly values?: readonly ArrayLike<number>[];
  build(...xs: Tensor[]): Tensor;
}

/** Deterministic numbers in about [−1, 1], different for each seed; no two equal. */
export const spread = (size: number, seed: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + 0.9 * seed + 0.3) * 0.9 + 0.05 * Math.cos(5.1 * i));

/**
 * Largest error of the derived gradient against central differences in double precision, relative to the gradient's
 * largest element. The output is weighted by fixed numbers, so that errors of single elements do not cancel.
 */
export function gradientError(test: GradientCase): number {
  const values = test.shapes.map((shape, i) => Float64Array.from(test.values?.[i] ?? spread(sizeOf(shape), i + 1)));
  const inputs = Object.fromEntries(
    test.shapes.map((shape, i): [string, TensorSpec] => [`x${i}`, { shape, dtype: 'f32' }]),
  );
  const names = Object.keys(inputs);
  const pick = (given: object): Tensor[] => names.map((n) => (given as Record<string, Tensor>)[n]!);
  const loss = (xs: readonly Tensor[]): { value: Tensor; weights: Float64Array } => {
    const y = test.build(...xs);
    return { value: y, weights: spread(y.size, 77) };
  };
  let weights: Float64Array = new Float64Array(0);
  const graph = trace({ inputs: { ...inputs, w: { shape: outputShape(test), dtype: 'f32' } } }, (args) => {
    const xs = pick(args.inputs);
    const made = loss(xs);
    weights = made.weights;
    const total = sum(mul(made.value, args.inputs.w!));
    const gradients = grad(total, xs);
    return { outputs: { total, ...Object.fromEntries(gradients.map((g, i) => [`d${i}`, g])) } };
  });
  const given = Object.fromEntries(names.map((n, i) => [n, values[i]!]));
  const run = (): ReturnType<typeof interpret> => interpret(graph, { inputs: { ...given, w: weights } });
  const derived = run().outputs;
  const totalOnly = trace({ inputs: { ...inputs, w: { shape: outputShape(test), dtype: 'f32' } } }, (args) => ({
    outputs: { total: sum(mul(loss(pick(args.inputs)).value, args.inputs.w!)) },
  }));
  const total = (): number => interpret(totalOnly, { inputs: { ...given, w: weights } }).outputs.total![0]!;

  let worst = 0;
  let largest = 1e-12;
  values.forEach((x, i) => {
    for (let j = 0; j < x.length; j++) {
      const kept = x[j]!;
      const h = 1e-5;
      x[j] = kept + h;
      const up = total();
      x[j] = kept - h;
      const down = total();
      x[j] = kept;
      const numeric = (up - down) / (2 * h);
      largest = Math.max(largest, Math.abs(numeric));
      worst = Math.max(worst, Math.abs(numeric - derived[`d${i}`]![j]!));
    }
  });
  return worst / largest;
}

const outputShape = (test: GradientCase): Shape => {
  const graph = trace(
    { inputs: Object.fromEntries(test.shapes.map((shape, i) => [`x${i}`, { shape, dtype: 'f32' as const }])) },
    ({ inputs }) => ({
      outputs: { y: test.build(...test.shapes.map((_, i) => (inputs as Record<string, Tensor>)[`x${i}`]!)) },
    }),
  );
  return graph.outputs.y!.shape;
};
