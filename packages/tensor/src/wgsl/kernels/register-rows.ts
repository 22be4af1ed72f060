import type { ContractProblem, ContractVariant } from './contract';
import { entryParameters, type KernelStage, workgroupId } from './kernel';

const LANES = 32;
const ROWS = 8;
const COLUMNS = 4;

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** For CPU adapters without subgroups: eight rows of four columns per invocation in registers, no barrier. */
export const registerRows: ContractVariant = {
  name: 'register rows',
  supports: (_, profile) => profile.software,
  emit: (problem) => [emitStage(problem)],
};

function emitStage(p: ContractProblem): KernelStage {
  const rows = Math.min(ROWS, p.m);
  const [down, across] = [Math.ceil(p.m / rows), Math.ceil(p.n / COLUMNS)];
  const invocations = p.batch * down * across;
  const body = `@compute @workgroup_size(${LANES})
fn main(${entryParameters}) {
  let id = (${workgroupId}) * ${LANES}u + lane;
  if (id >= ${invocations}u) { return; }
  let b = id / ${down * across}u;
  let firstRow = (id / ${across}u) % ${down}u * ${rows}u;
  let firstColumn = id % ${across}u * ${COLUMNS}u;
${range(rows)
  .map((r) => `  let m${r} = min(firstRow + ${r}u, ${p.m - 1}u);`)
  .join('\n')}
${range(COLUMNS)
  .map((c) => `  let n${c} = min(firstColumn + ${c}u, ${p.n - 1}u);`)
  .join('\n')}
${range(rows)
  .flatMap((r) => range(COLUMNS).map((c) => `  var s${r}_${c} = 0.0;`))
  .join('\n')}
  for (var k = 0u; k < ${p.k}u; k++) {
${range(COLUMNS)
  .map((c) => `    let b${c} = ${p.loadB('b', 'k', `n${c}`)};`)
  .join('\n')}
${range(rows)
  .map((r) => `    let a${r} = ${p.loadA('b', `m${r}`, 'k')};`)
  .join('\n')}
${range(rows)
  .flatMap((r) => range(COLUMNS).map((c) => `    s${r}_${c} = fma(a${r}, b${c}, s${r}_${c});`))
  .join('\n')}
  }
  var sums: array<f32, ${rows * COLUMNS}>;
${range(rows)
  .flatMap((r) => range(COLUMNS).map((c) => `  sums[${r * COLUMNS + c}] = s${r}_${c};`))
  .join('\n')}
  for (var e = 0u; e < ${rows * COLUMNS}u; e++) {
    let m = firstRow + e / ${COLUMNS}u;
    let n = firstColumn + e % ${COLUMNS}u;
    if (m < ${p.m}u && n < ${p.n}u) {
      ${p.store('b', 'm', 'n', 'sums[e]').join('\n      ')}
    }
  }
}`;
  return { name: `${rows}x${COLUMNS}`, body, workgroups: Math.ceil(invocations / LANES) };
}
