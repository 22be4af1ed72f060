import type { ContractProblem } from './contract';
import { invocationId, type KernelStage } from './kernel';

const SIZE = 64;

/** The problem whose results are partial sums: part `p` of k, as one more batch, stored to `scratch`. */
export const partialSum = (problem: ContractProblem, scratch: string, part: string) => ({
  ...problem,
  store: (b: string, m: string, n: string, acc: string): string[] => [
    `${scratch}[((${part} * ${problem.batch}u + ${b}) * ${problem.m}u + ${m}) * ${problem.n}u + ${n}] = ${acc};`,
  ],
});

/** Sums the parts of each output in order, so that the result depends on the shapes alone. */
export function combineParts(problem: ContractProblem, scratch: string, parts: number): KernelStage {
  const { batch, m, n } = problem;
  const outputs = batch * m * n;
  const body = `@compute @workgroup_size(${SIZE})
${invocationId(SIZE, outputs)}
  var acc = 0.0;
  for (var at = i; at < ${parts * outputs}u; at += ${outputs}u) { acc += ${scratch}[at]; }
  let column = i % ${n}u;
  let row = (i / ${n}u) % ${m}u;
  let matrix = i / ${n * m}u;
  ${problem.store('matrix', 'row', 'column', 'acc').join('\n  ')}
}`;
  return { name: 'combine', body, workgroups: Math.ceil(outputs / SIZE) };
}
