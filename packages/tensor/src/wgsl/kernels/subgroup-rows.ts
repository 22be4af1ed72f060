import type { ContractProblem, ContractSizes, ContractVariant } from './contract';
import { entryParameters, type KernelProfile, type KernelStage, workgroupId } from './kernel';

/** Rows and columns of the output that one subgroup computes; columns are a multiple of the subgroup's size. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
}

const candidates = (lanes: number): Tile[] =>
  [8, 16, 32].flatMap((rows) => [1, 2, 4].map((c) => ({ rows, columns: c * lanes })));

/**
 * Nanoseconds of the whole product on a core, from what lavapipe was measured to take for a load, a broadcast and a
 * fused multiply-add of all lanes. Only the order of the candidates matters.
 */
function cost({ batch, m, n, k }: ContractSizes, tile: Tile, lanes: number): number {
  const columns = tile.columns / lanes;
  const perStep = 12.3 * (Math.ceil(tile.rows / lanes) + columns) + 1.3 * tile.rows + 0.36 * tile.rows * columns;
  const perTile = k * perStep + 25 * tile.rows * columns;
  const tiles = batch * Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);
  // Fewer tiles than a few per core leave cores idle.
  return Math.max(tiles, 8) * perTile;
}

function bestTile(sizes: ContractSizes, lanes: number): Tile {
  const ranked = candidates(lanes).map((tile) => ({ tile, cost: cost(sizes, tile, lanes) }));
  return ranked.reduce((a, b) => (b.cost < a.cost ? b : a)).tile;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/**
 * For CPU adapters, where loads are dear and broadcasts cheap: a subgroup loads each element of A once, one row per lane,
 * and broadcasts it; every lane keeps all rows of its columns in registers. The loop over k is not unrolled: with this
 * many accumulators it gains nothing, and the driver's compile time grows with the source.
 */
export const subgroupRows: ContractVariant = {
  name: 'subgroup rows',
  supports: (_, profile) => profile.software && profile.subgroupSize >= 4,
  emit: (problem, profile) => [emitStage(problem, profile)],
};

function emitStage(p: ContractProblem, { subgroupSize: lanes }: KernelProfile): KernelStage {
  const tile = bestTile(p, lanes);
  const columns = tile.columns / lanes;
  const rowLoads = Math.ceil(tile.rows / lanes);
  const [down, across] = [Math.ceil(p.m / tile.rows), Math.ceil(p.n / tile.columns)];
  const workgroups = p.batch * down * across;
  const accumulator = (r: number, c: number): string => `s${r}_${c}`;

  const step = [
    ...range(rowLoads).map((i) => `let a${i} = ${p.loadA('b', `m${i}`, 'k')};`),
    ...range(columns).map((c) => `let b${c} = ${p.loadB('b', 'k', `n${c}`)};`),
    ...range(tile.rows).flatMap((r) => [
      `let x${r} = subgroupBroadcast(a${Math.floor(r / lanes)}, ${r % lanes}u);`,
      ...range(columns).map((c) => `${accumulator(r, c)} = fma(x${r}, b${c}, ${accumulator(r, c)});`),
    ]),
  ].join('\n      ');
  const body = `@compute @workgroup_size(${lanes})
fn main(${entryParameters}) {
  let id = ${workgroupId};
  if (id >= ${workgroups}u) { return; }
  let b = id / ${down * across}u;
  let firstRow = (id / ${across}u) % ${down}u * ${tile.rows}u;
  let firstColumn = id % ${across}u * ${tile.columns}u;
${range(rowLoads)
  .map((i) => `  let m${i} = min(firstRow + ${i * lanes}u + lane, ${p.m - 1}u);`)
  .join('\n')}
${range(columns)
  .map((c) => `  let n${c} = min(firstColumn + ${c * lanes}u + lane, ${p.n - 1}u);`)
  .join('\n')}
${range(tile.rows)
  .flatMap((r) => range(columns).map((c) => `  var ${accumulator(r, c)} = 0.0;`))
  .join('\n')}
  for (var k = 0u; k < ${p.k}u; k++) {
      ${step}
  }
  var sums: array<f32, ${tile.rows * columns}>;
${range(tile.rows)
  .flatMap((r) => range(columns).map((c) => `  sums[${r * columns + c}] = ${accumulator(r, c)};`))
  .join('\n')}
  for (var e = 0u; e < ${tile.rows * columns}u; e++) {
    let m = firstRow + e / ${columns}u;
    let n = firstColumn + e % ${columns}u * ${lanes}u + lane;
    if (m < ${p.m}u && n < ${p.n}u) {
      ${p.store('b', 'm', 'n', 'sums[e]').join('\n      ')}
    }
  }
}`;
  return { name: `${tile.rows}x${tile.columns}`, directives: 'enable subgroups;', body, workgroups };
}
