import { work } from '../../../lower/work';
import type { ContractProblem, ContractSizes } from './contract-problem';
import { combineWork } from './contract-work';
import { invocationId, type KernelStage } from './kernel';

const SIZE = 64;

/** The problem for forms that store sums one by one. */
export const singleStores = (problem: ContractProblem): ContractProblem => ({ ...problem, quadsOfOut: undefined });

/** f32 elements of the sums of all parts; none where there is one part, which stores results. */
export const scratchSize = ({ batch, m, n }: ContractSizes, parts: number): number =>
  parts > 1 ? parts * batch * m * n : 0;

/** Memory for the sums of all parts, as vectors where the problem stores vectors. */
export const scratchFor = (p: ContractProblem, parts: number): string =>
  p.scratch(scratchSize(p, parts), p.quadsOfOut ? 4 : 1);

/** Position of a partial sum: neighbours in the result are neighbours here. */
function position(p: ContractProblem, part: string, b: string, m: string, n: string): string {
  const matrix = `(${part} * ${p.batch}u + ${b})`;
  return p.quadsOfOut === 'm'
    ? `(${matrix} * ${p.n}u + ${n}) * ${p.m}u + ${m}`
    : `(${matrix} * ${p.m}u + ${m}) * ${p.n}u + ${n}`;
}

/** The problem whose results are partial sums: part `part` of k, as one more batch, stored to `scratch`. */
export const partialSum = (problem: ContractProblem, scratch: string, part: string): ContractProblem => ({
  ...problem,
  costs: { ...problem.costs, store: work({ stores: 1 }) },
  store: (b, m, n, acc) => [`${scratch}[${position(problem, part, b, m, n)}] = ${acc};`],
  storeQuad: (b, m, n, acc) => [`${scratch}[(${position(problem, part, b, m, n)}) / 4u] = ${acc};`],
});

/** Sums the parts of each output in order, so that the result depends on the shapes alone. */
export function combineParts(problem: ContractProblem, scratch: string, parts: number): KernelStage {
  const { batch, m, n, quadsOfOut } = problem;
  const width = quadsOfOut ? 4 : 1;
  const outputs = (batch * m * n) / width;
  const [inner, outer] = quadsOfOut === 'm' ? [m, n] : [n, m];
  const [row, column] = quadsOfOut === 'm' ? ['inner', 'outer'] : ['outer', 'inner'];
  const store = quadsOfOut ? problem.storeQuad : problem.store;
  const body = `@compute @workgroup_size(${SIZE})
${invocationId(SIZE, outputs)}
  var acc = ${quadsOfOut ? 'vec4<f32>()' : '0.0'};
  for (var at = i; at < ${parts * outputs}u; at += ${outputs}u) { acc += ${scratch}[at]; }
  let inner = (i * ${width}u) % ${inner}u;
  let outer = (i * ${width}u / ${inner}u) % ${outer}u;
  let matrix = i * ${width}u / ${inner * outer}u;
  ${store('matrix', row, column, 'acc').join('\n  ')}
}`;
  return {
    name: `combine ${parts} parts`,
    body,
    workgroups: Math.ceil(outputs / SIZE),
    work: combineWork(problem, parts),
  };
}
