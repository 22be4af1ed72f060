// Reference: the plans that the same programs have in the benchmark and in the command line: there is something to choose.
import { leastProfile, makePlan, webgpuTarget } from '@noisesmith/tensor';
import { expect, it } from 'vitest';
import { graphs } from './tuned-graphs';

const keysOf = (graph: (typeof graphs)[number]): Set<string> => {
  const { sites } = makePlan(graph, webgpuTarget({ ...leastProfile, software: true, subgroupSize: 8 }), {
    choices: new Map(),
  });
  return new Set(sites.flatMap(({ key, candidates }) => (candidates.length > 1 ? [key] : [])));
};

it('every program brings kernels to choose that the others do not have', () => {
  const keys = graphs.map(keysOf);
  expect(keys).toHaveLength(4);
  keys.forEach((own, i) => {
    const others = new Set(keys.flatMap((other, j) => (i === j ? [] : [...other])));
    expect([...own].filter((key) => !others.has(key)).length).toBeGreaterThan(0);
  });
});
