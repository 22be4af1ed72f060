import type { Definition } from '../ir/definition';
import { type Layout, layoutOf } from '../ir/layout';
import { f32, trace } from '../ir/program';
import { adamw, lamb, lambDefinition, type OptimizerOptions } from '../ops/optimizer';
import { spread } from './finite-differences';
import { type CaseProgram, forced, type KernelCase, kernelNames } from './kernel-case';

/** Tensors of one element, less than a vector, one past a block of 1024 and of several blocks. */
const layouts: Readonly<Record<string, Layout>> = {
  'one number': layoutOf({ 'a.weight': [1] }),
  'many tensors': layoutOf({
    'a.weight': [5, 7],
    'a.bias': [3],
    'b.weight': [25, 41],
    'b.bias': [1],
    'c.weight': [64, 16],
    'd.weight': [37, 83],
    'd.bias': [83],
  }),
};

/** More blocks than the invocations of a workgroup take at once, and not a multiple of that. */
const large = layoutOf({ 'a.weight': [513, 517], 'a.bias': [3] });

const OPTIONS: OptimizerOptions = { exclude: (name) => name.endsWith('.bias') };
const kinds: Readonly<Record<string, { readonly step: typeof lamb; readonly options: OptimizerOptions }>> = {
  lamb: { step: lamb, options: OPTIONS },
  'lamb without decay': { step: lamb, options: { weightDecay: 0 } },
  adamw: { step: adamw, options: OPTIONS },
};

/** Numbers in the segments of a flat vector, zeros in its gaps. */
function flat({ segments, size }: Layout, seed: number, of = (x: number, _place: number): number => x): Float32Array {
  const values = spread(size, seed);
  const made = new Float32Array(size);
  for (const { offset, size: count } of segments) {
    for (let i = offset; i < offset + count; i++) made[i] = of(values[i]!, i / size);
  }
  return made;
}

/** One step whose states are written where they are read. */
function stepped(layout: Layout, { step, options }: (typeof kinds)[string]): CaseProgram {
  const spec = {
    inputs: { gradients: f32(layout.size) },
    state: { weights: layout, m: layout, v: layout, average: layout },
    scalars: ['lr', 'correction1', 'correction2', 'decay'],
  } as const;
  const graph = trace(spec, ({ inputs, state, scalars }) => {
    const { weights, m, v, average } = state;
    const next = step(
      layout,
      {
        weights: weights.flat,
        gradients: inputs.gradients,
        firstMoment: m.flat,
        secondMoment: v.flat,
        average: average.flat,
      },
      {
        learningRate: scalars.lr,
        correction1: scalars.correction1,
        correction2: scalars.correction2,
        emaDecay: scalars.decay,
      },
      options,
    );
    return { state: { weights: next.weights, m: next.firstMoment, v: next.secondMoment, average: next.average } };
  });
  const state = {
    // Larger from place to place, so that a norm is wrong where a part of it is left out.
    weights: flat(layout, 1, (x, place) => x * (1 + 9 * place)),
    m: flat(layout, 2, (x) => x / 10),
    v: flat(layout, 3, (x) => x ** 2 / 100),
    average: flat(layout, 4),
  };
  const scalars = { lr: 0.1, correction1: 3.7, correction2: 336.2, decay: 0.9 };
  return { graph, values: { inputs: { gradients: flat(layout, 5) }, state, scalars } };
}

const family = [lambDefinition] as readonly Definition<never>[];

const caseOf = (kernel: string, kind: string, sizes: string, layout: Layout, asGpu: boolean): KernelCase => ({
  name: `${kind} ${kernel}, ${sizes}${asGpu ? ', as on a GPU' : ''}`,
  options: forced(family, kernel),
  asGpu,
  tolerance: 2e-5,
  program: () => stepped(layout, kinds[kind]!),
});

export const optimizerCases: readonly KernelCase[] = kernelNames(family).flatMap((kernel) => [
  ...Object.entries(layouts).flatMap(([sizes, layout]) =>
    Object.keys(kinds).flatMap((kind) => [false, true].map((asGpu) => caseOf(kernel, kind, sizes, layout, asGpu))),
  ),
  caseOf(kernel, 'lamb', 'a large tensor', large, true),
]);
