/**
 * Reference: a float64 triple loop over the definition Σ_k A[b, m, k] · B[b, k, n], with the epilogue
 * out = acc + bias[n] and the second store kept = acc. Tolerance: f32 rounding of a sum of k products of values below 1.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { work } from '../../../lower/work';
import '../../../testing/quick-shaders';
import { leastProfile } from '../../device/least-profile';
import { contractCandidates, contractVariants, formsFor } from './contract';
import type { ContractProblem, ContractSizes } from './contract-problem';
import type { KernelStage } from './kernel';
import { largestError, type Memory, openTestDevice, randomValues, runStages, type TestDevice } from './testing';

let gpu: TestDevice;
beforeAll(async () => {
  gpu = await openTestDevice();
});

const { limits } = leastProfile;

const sizes = (batch: number, m: number, n: number, k: number): ContractSizes => ({ batch, m, n, k });
const shapes = [
  sizes(1, 1, 1, 1),
  sizes(1, 1, 100, 7),
  sizes(1, 100, 1, 33),
  sizes(1, 37, 10, 65),
  sizes(3, 5, 12, 1),
  sizes(1, 70, 45, 19),
  sizes(1, 12, 10, 1500),
  sizes(1, 12, 20, 36),
  sizes(2, 20, 8, 12),
  sizes(1, 4, 4, 4),
  sizes(1, 16, 36, 260),
  sizes(1, 100, 64, 63),
  sizes(1, 64, 64, 1001),
  sizes(6, 16, 49, 16),
  sizes(2, 128, 130, 64),
];

interface Case {
  readonly problem: ContractProblem;
  readonly memory: Memory;
}

/** The axis along which neighbours lie side by side. */
interface Layout {
  readonly a: 'm' | 'k';
  readonly b: 'n' | 'k';
  readonly out: 'm' | 'n';
}

const layouts: readonly Layout[] = [
  { a: 'm', b: 'n', out: 'n' },
  { a: 'k', b: 'n', out: 'n' },
  { a: 'k', b: 'k', out: 'n' },
  { a: 'm', b: 'k', out: 'm' },
];

/** For each layout, shapes with edges of every kind. */
const fewShapes: readonly (readonly ContractSizes[])[] = [
  shapes.filter((_, i) => i % 3 === 2),
  [sizes(2, 20, 8, 12), sizes(1, 16, 36, 260)],
  [sizes(2, 20, 8, 12), sizes(1, 100, 64, 63)],
  [sizes(2, 20, 8, 12), sizes(2, 128, 130, 64)],
];

/** A, B and the result as the layout says; vectors where an axis divides by 4. */
function setUp(sizes: ContractSizes, layout: Layout): Case {
  const { batch, m, n, k } = sizes;
  const quads = <X extends 'm' | 'n' | 'k'>(axis: X): X | undefined => (sizes[axis] % 4 === 0 ? axis : undefined);
  const [quadsOfA, quadsOfB, quadsOfOut] = [quads(layout.a), quads(layout.b), quads(layout.out)];
  const names = {
    a: quadsOfA ? 'a_quads' : 'a',
    b: quadsOfB ? 'b_quads' : 'b',
    out: quadsOfOut ? 'out_quads' : 'out',
    kept: quadsOfOut ? 'kept_quads' : 'kept',
  };
  const memory: Memory = {
    [names.a]: randomValues(batch * m * k, 1),
    [names.b]: randomValues(batch * k * n, 2),
    bias: randomValues(n, 3),
    [names.out]: new Float32Array(batch * m * n),
    [names.kept]: new Float32Array(batch * m * n),
  };
  const atA = (b: string, i: string, l: string): string =>
    layout.a === 'm' ? `(${b} * ${k}u + ${l}) * ${m}u + ${i}` : `(${b} * ${m}u + ${i}) * ${k}u + ${l}`;
  const atB = (b: string, l: string, j: string): string =>
    layout.b === 'n' ? `(${b} * ${k}u + ${l}) * ${n}u + ${j}` : `(${b} * ${n}u + ${j}) * ${k}u + ${l}`;
  const atOut = (b: string, i: string, j: string): string =>
    layout.out === 'n' ? `(${b} * ${m}u + ${i}) * ${n}u + ${j}` : `(${b} * ${n}u + ${j}) * ${m}u + ${i}`;
  const biasQuad = (j: string): string =>
    quadsOfOut === 'n' ? `vec4<f32>(${[0, 1, 2, 3].map((c) => `bias[${j} + ${c}u]`)})` : `vec4<f32>(bias[${j}])`;
  const element = (name: string, quad: string | undefined, index: string): string =>
    quad ? `${name}[(${index}) / 4u][(${index}) % 4u]` : `${name}[${index}]`;
  const put = (name: string, b: string, i: string, j: string, value: string): string =>
    `${element(name, quadsOfOut, atOut(b, i, j))} = ${value};`;
  const problem: ContractProblem = {
    ...sizes,
    quadsOfA,
    quadsOfB,
    quadsOfOut,
    loadA: (b, i, l) => element(names.a, quadsOfA, atA(b, i, l)),
    loadB: (b, l, j) => element(names.b, quadsOfB, atB(b, l, j)),
    loadQuadA: (b, i, l) => `a_quads[(${atA(b, i, l)}) / 4u]`,
    loadQuadB: (b, l, j) => `b_quads[(${atB(b, l, j)}) / 4u]`,
    store: (b, i, j, acc) => [put(names.out, b, i, j, `${acc} + bias[${j}]`), put(names.kept, b, i, j, acc)],
    storeQuad: (b, i, j, acc) => [
      `out_quads[(${atOut(b, i, j)}) / 4u] = ${acc} + ${biasQuad(j)};`,
      `kept_quads[(${atOut(b, i, j)}) / 4u] = ${acc};`,
    ],
    costs: { loadA: work({ loads: 1 }), loadB: work({ loads: 1 }), store: work({ flops: 1, loads: 1, stores: 2 }) },
    scratch(elements, width) {
      const name = width === 4 ? 'parts_quads' : 'parts';
      memory[name] = new Float32Array(elements);
      return name;
    },
  };
  return { problem, memory };
}

/** Sums in the order of the result, and the column of each. */
function reference({ batch, m, n, k }: ContractSizes, layout: Layout, memory: Memory) {
  const named = memory as Record<string, Float32Array>;
  const [a, b] = [named.a ?? named.a_quads!, named.b ?? named.b_quads!];
  const sums = new Float64Array(batch * m * n);
  const columns = new Uint32Array(batch * m * n);
  for (let z = 0; z < batch; z++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let acc = 0;
        for (let l = 0; l < k; l++) {
          const left = layout.a === 'm' ? (z * k + l) * m + i : (z * m + i) * k + l;
          const right = layout.b === 'n' ? (z * k + l) * n + j : (z * n + j) * k + l;
          acc += a[left]! * b[right]!;
        }
        const at = layout.out === 'n' ? (z * m + i) * n + j : (z * n + j) * m + i;
        sums[at] = acc;
        columns[at] = j;
      }
  return { sums, columns };
}

type Emit = (problem: ContractProblem) => KernelStage[];

/** Largest errors of the two results. */
async function errorsOf(emit: Emit, shape: ContractSizes, layout: Layout): Promise<number[]> {
  const { problem, memory } = setUp(shape, layout);
  const results = await runStages(gpu, emit(problem), memory);
  const { sums, columns } = reference(shape, layout, memory);
  const bias = memory.bias!;
  const expected = sums.map((e, i) => e + bias[columns[i]!]!);
  return [
    largestError((results.kept ?? results.kept_quads)!, sums),
    largestError((results.out ?? results.out_quads)!, expected),
  ];
}

describe.each(contractVariants)('$name', (variant) => {
  // Barriers make the tile form slow to compile on a CPU adapter: it gets the shapes with the most edges.
  const few = variant.name === 'workgroup-tile';
  describe.each(layouts)('A along $a, B along $b, result along $out', (layout) => {
    it.each(few ? fewShapes[layouts.indexOf(layout)]! : shapes)('batch $batch, m $m, n $n, k $k', async (shape) => {
      const ruled: Emit = (problem) => variant.candidates(problem, gpu.profile)[0]!.emit();
      for (const error of await errorsOf(ruled, shape, layout)) expect(error).toBeLessThan(2e-5);
    });
  });

  it.each(few ? [sizes(1, 33, 40, 160), sizes(2, 100, 52, 28)] : [sizes(1, 18, 44, 132), sizes(2, 12, 33, 64)])(
    'every candidate: batch $batch, m $m, n $n, k $k',
    async (shape) => {
      const list = (problem: ContractProblem) => variant.candidates(problem, gpu.profile);
      const names = list(setUp(shape, layouts[1]!).problem).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(1);
      expect(new Set(names).size).toBe(names.length);
      for (const i of names.keys()) {
        for (const error of await errorsOf((problem) => list(problem)[i]!.emit(), shape, layouts[1]!)) {
          expect(error).toBeLessThan(2e-5);
        }
      }
    },
  );
});

describe('candidates', () => {
  const { problem } = setUp(sizes(1, 64, 48, 512), layouts[1]!);
  it.each([
    { software: true, subgroupSize: 8, limits },
    { software: true, subgroupSize: 0, limits },
    { software: false, subgroupSize: 32, limits },
  ])('%o: all of the best form, one of each other, each under a name of its own', (profile) => {
    const [best, ...others] = formsFor(problem, profile);
    const names = contractCandidates(problem, profile).map(({ name }) => name);
    const own = best!.candidates(problem, profile).map(({ name }) => name);
    expect(own.length).toBeLessThanOrEqual(4);
    expect(names).toEqual([...own, ...others.map((form) => form.candidates(problem, profile)[0]!.name)]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('say how much memory their partial sums take', () => {
    const asked: number[] = [];
    const asking: ContractProblem = {
      ...problem,
      scratch(elements) {
        asked.push(elements);
        return 'parts';
      },
    };
    const all = [gpu.profile, { software: false, subgroupSize: 0, limits }].flatMap((p) =>
      contractCandidates(asking, p),
    );
    for (const { emit } of all) emit();
    const declared = all.map(({ scratch }) => scratch).filter((elements) => elements > 0);
    expect(declared.length).toBeGreaterThan(0);
    expect(asked).toEqual(declared);
  });
});

describe('formsFor', () => {
  const shape = sizes(1, 64, 64, 64);
  it.each([
    [{ software: true, subgroupSize: 8, limits }, ['subgroup-quads', 'register-rows']],
    [{ software: true, subgroupSize: 0, limits }, ['register-rows']],
    [{ software: false, subgroupSize: 32, limits }, ['workgroup-tile']],
  ])('%o takes %s', (profile, names) => {
    expect(formsFor(shape, profile).map(({ name }) => name)).toEqual(names);
  });
});
