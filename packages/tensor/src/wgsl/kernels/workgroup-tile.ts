import type { ContractProblem, ContractVariant } from './contract';
import { entryParameters, type KernelStage, workgroupId } from './kernel';

const DEPTH = 16;
const THREADS = 8;

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/**
 * For GPUs: 64 invocations share tiles of A and B through workgroup memory; each keeps a block of the output in
 * registers. Small outputs take smaller blocks, so that more workgroups run side by side.
 */
export const workgroupTile: ContractVariant = {
  name: 'workgroup tile',
  supports: () => true,
  emit: (problem) => [emitStage(problem)],
};

function emitStage(p: ContractProblem): KernelStage {
  const per = Math.max(p.m, p.n) >= 256 && Math.min(p.m, p.n) >= 32 ? 8 : 4;
  const side = per * THREADS;
  const [down, across] = [Math.ceil(p.m / side), Math.ceil(p.n / side)];
  const workgroups = p.batch * down * across;
  const loads = (side * DEPTH) / (THREADS * THREADS);
  const body = `var<workgroup> tileA: array<f32, ${DEPTH * side}>;
var<workgroup> tileB: array<f32, ${DEPTH * side}>;

@compute @workgroup_size(${THREADS * THREADS})
fn main(${entryParameters}) {
  let id = ${workgroupId};
  let b = min(id / ${down * across}u, ${p.batch - 1}u);
  let firstRow = (id / ${across}u) % ${down}u * ${side}u;
  let firstColumn = id % ${across}u * ${side}u;
  let row = lane / ${THREADS}u;
  let column = lane % ${THREADS}u;
${range(per)
  .flatMap((r) => range(per).map((c) => `  var s${r}_${c} = 0.0;`))
  .join('\n')}
  for (var first = 0u; first < ${p.k}u; first += ${DEPTH}u) {
    for (var l = 0u; l < ${loads}u; l++) {
      let at = l * ${THREADS * THREADS}u + lane;
      let k = first + at / ${side}u;
      let inside = k < ${p.k}u;
      let kk = min(k, ${p.k - 1}u);
      let m = min(firstRow + at % ${side}u, ${p.m - 1}u);
      let n = min(firstColumn + at % ${side}u, ${p.n - 1}u);
      tileA[at] = select(0.0, ${p.loadA('b', 'm', 'kk')}, inside);
      tileB[at] = select(0.0, ${p.loadB('b', 'kk', 'n')}, inside);
    }
    workgroupBarrier();
    for (var k = 0u; k < ${DEPTH}u; k++) {
${range(per)
  .map((r) => `      let a${r} = tileA[k * ${side}u + row + ${r * THREADS}u];`)
  .join('\n')}
${range(per)
  .map((c) => `      let b${c} = tileB[k * ${side}u + column + ${c * THREADS}u];`)
  .join('\n')}
${range(per)
  .flatMap((r) => range(per).map((c) => `      s${r}_${c} = fma(a${r}, b${c}, s${r}_${c});`))
  .join('\n')}
    }
    workgroupBarrier();
  }
  if (id >= ${workgroups}u) { return; }
${range(per)
  .flatMap((r) =>
    range(per).map(
      (c) => `  {
    let m = firstRow + row + ${r * THREADS}u;
    let n = firstColumn + column + ${c * THREADS}u;
    if (m < ${p.m}u && n < ${p.n}u) {
      ${p.store('b', 'm', 'n', `s${r}_${c}`).join('\n      ')}
    }
  }`,
    ),
  )
  .join('\n')}
}`;
  return { name: `${side}x${side}`, body, workgroups };
}
