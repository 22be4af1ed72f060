/**
 * Reference: a float64 triple loop over the definition Σ_k A[b, m, k] · B[b, k, n], with the epilogue
 * out = acc + bias[n] and the second store kept = acc. Tolerance: f32 rounding of a sum of k products of values below 1.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type ContractProblem, type ContractSizes, chooseContract, contractVariants } from './contract';
import { largestError, type Memory, openTestDevice, randomValues, runStages, type TestDevice } from './testing';

let gpu: TestDevice;
beforeAll(async () => {
  gpu = await openTestDevice();
});

const sizes = (batch: number, m: number, n: number, k: number): ContractSizes => ({ batch, m, n, k });
const shapes = [
  sizes(1, 1, 1, 1),
  sizes(1, 1, 100, 7),
  sizes(1, 100, 1, 33),
  sizes(1, 37, 10, 65),
  sizes(3, 5, 12, 1),
  sizes(1, 70, 45, 19),
  sizes(1, 12, 10, 1500),
  sizes(1, 64, 64, 1001),
  sizes(6, 16, 49, 16),
  sizes(2, 128, 130, 64),
];

interface Case {
  readonly problem: ContractProblem;
  readonly memory: Memory;
}

/** A is stored transposed (k before m), B plain. */
function setUp({ batch, m, n, k }: ContractSizes): Case {
  const memory: Memory = {
    a: randomValues(batch * m * k, 1),
    b: randomValues(batch * k * n, 2),
    bias: randomValues(n, 3),
    out: new Float32Array(batch * m * n),
    kept: new Float32Array(batch * m * n),
  };
  const at = (b: string, i: string, j: string): string => `(${b} * ${m}u + ${i}) * ${n}u + ${j}`;
  const problem: ContractProblem = {
    batch,
    m,
    n,
    k,
    loadA: (b, i, l) => `a[(${b} * ${k}u + ${l}) * ${m}u + ${i}]`,
    loadB: (b, l, j) => `b[(${b} * ${k}u + ${l}) * ${n}u + ${j}]`,
    store: (b, i, j, acc) => [`out[${at(b, i, j)}] = ${acc} + bias[${j}];`, `kept[${at(b, i, j)}] = ${acc};`],
    scratch(elements) {
      memory.parts = new Float32Array(elements);
      return 'parts';
    },
  };
  return { problem, memory };
}

function reference({ problem: { batch, m, n, k }, memory }: Case): Float64Array {
  const { a, b } = memory as Record<string, Float32Array>;
  const out = new Float64Array(batch * m * n);
  for (let z = 0; z < batch; z++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let acc = 0;
        for (let l = 0; l < k; l++) acc += a![(z * k + l) * m + i]! * b![(z * k + l) * n + j]!;
        out[(z * m + i) * n + j] = acc;
      }
  return out;
}

describe.each(contractVariants)('$name', (variant) => {
  // Barriers make the tile form slow to compile on a CPU adapter: it gets the shapes with the most edges.
  const few = variant.name === 'workgroup-tile';
  it.each(few ? shapes.filter((_, i) => i % 3 === 2) : shapes)('batch $batch, m $m, n $n, k $k', async (shape) => {
    const test = setUp(shape);
    const stages = variant.emit(test.problem, gpu.profile);
    const { out, kept } = await runStages(gpu, stages, test.memory);
    const expected = reference(test);
    const { bias } = test.memory;
    expect(largestError(kept!, expected)).toBeLessThan(2e-5);
    expect(
      largestError(
        out!,
        expected.map((e, i) => e + bias![i % shape.n]!),
      ),
    ).toBeLessThan(2e-5);
  });
});

describe('chooseContract', () => {
  const shape = sizes(1, 64, 64, 64);
  it.each([
    [{ software: true, subgroupSize: 8 }, 'subgroup-rows'],
    [{ software: true, subgroupSize: 0 }, 'register-rows'],
    [{ software: false, subgroupSize: 32 }, 'workgroup-tile'],
  ])('%o takes %s', (profile, name) => {
    expect(chooseContract(shape, profile).name).toBe(name);
  });
});
