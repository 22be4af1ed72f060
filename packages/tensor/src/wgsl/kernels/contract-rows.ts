import type { ContractProblem, ContractSizes, ContractVariant } from './contract';
import { combineParts, partialSum } from './contract-split';
import { type KernelProfile, type KernelStage, range, workgroupId } from './kernel';

/**
 * Forms for CPU adapters, where a load costs each lane as much as dozens of multiply-adds, and barriers and workgroup
 * memory more still. One workgroup of `lanes` invocations owns rows × (lanes · columns) outputs in named scalars and
 * walks k one step at a time: more steps in the source only make the program larger, which costs seconds of compiling
 * and some speed. With `broadcast`, each lane loads one row's A and the subgroup shares it.
 */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly lanes: number;
  readonly broadcast: boolean;
  /** Parts into which k is cut. */
  readonly parts: number;
  /** Rows run along n and lanes along m. */
  readonly transposed: boolean;
}

/** Nanoseconds on lavapipe, for all lanes of a subgroup together, on one core. They rank tiles. */
const COST = { load: 7.5, broadcast: 0.6, fma: 0.53, store: 25, workgroup: 300, stage: 8000 };
/** Workgroups are dealt out to this many workers. */
const WORKERS = 4;
const MOST_ACCUMULATORS = 256;
/** Runs over which the time to compile a kernel is spread: a large tile has to earn its larger program. */
const RUNS = 2000;

/** Nanoseconds that compiling takes, by measurement: each load and store is a loop over lanes, each sum lives across loops. */
const compileCost = ({ rows, columns }: Tile): number =>
  1e6 * (40 + 30 * columns + 2 * rows * columns + (rows * columns) ** 2 / 400);

function cost(tile: Tile, { batch, m, n, k }: ContractSizes): number {
  const { rows, columns, lanes, broadcast, parts } = tile;
  const workgroups = batch * Math.ceil(m / rows) * Math.ceil(n / (lanes * columns)) * parts;
  const loadsOfA = broadcast ? Math.ceil(rows / lanes) : rows;
  const broadcasts = broadcast ? rows * COST.broadcast : 0;
  const step = (loadsOfA + columns) * COST.load + broadcasts + rows * columns * COST.fma;
  const stores = Math.min(rows, m) * columns * COST.store;
  const each = Math.ceil(k / parts) * step + stores + COST.workgroup;
  const combine = parts > 1 ? COST.stage + ((batch * m * n) / lanes / WORKERS) * (parts * COST.load + COST.store) : 0;
  return Math.ceil(workgroups / WORKERS) * each + combine + compileCost(tile) / RUNS;
}

function cheapest(sizes: ContractSizes, lanes: number, broadcast: boolean): Tile {
  let best: { tile: Tile; cost: number } | undefined;
  for (const transposed of [false, true]) {
    const turned = transposed ? { ...sizes, m: sizes.n, n: sizes.m } : sizes;
    const heights = broadcast ? [8, 16, 24, 32] : [2, 4, 8];
    for (const rows of [...heights.filter((r) => r < turned.m), Math.min(turned.m, heights[heights.length - 1]!)]) {
      for (const columns of broadcast ? [1, 2, 3, 4, 6, 8] : [1, 2, 4]) {
        if (rows * columns > MOST_ACCUMULATORS) continue;
        for (let parts = 1; parts === 1 || sizes.k / parts >= 32; parts *= 2) {
          const tile = { rows, columns, lanes, broadcast, parts, transposed };
          const price = cost(tile, turned);
          if (!best || price < best.cost) best = { tile, cost: price };
        }
      }
    }
  }
  return best!.tile;
}

const transpose = (p: ContractProblem): ContractProblem => ({
  ...p,
  m: p.n,
  n: p.m,
  loadA: (b, m, k) => p.loadB(b, k, m),
  loadB: (b, k, n) => p.loadA(b, n, k),
  store: (b, m, n, acc) => p.store(b, n, m, acc),
});

function emitRows(problem: ContractProblem, tile: Tile): KernelStage[] {
  const p = tile.transposed ? transpose(problem) : problem;
  if (tile.parts === 1) return [rowsStage(p, tile)];
  const scratch = p.scratch(tile.parts * p.batch * p.m * p.n);
  return [rowsStage(partialSum(p, scratch, 'part'), tile), combineParts(p, scratch, tile.parts)];
}

function rowsStage(p: ContractProblem, tile: Tile): KernelStage {
  const { rows, columns, lanes, broadcast, parts } = tile;
  const down = Math.ceil(p.m / rows);
  const across = Math.ceil(p.n / (lanes * columns));
  const workgroups = parts * p.batch * down * across;
  const depth = Math.ceil(p.k / parts);
  const ragged = p.n % (lanes * columns) !== 0;
  // Lanes past the edge load what the edge holds, and store nothing.
  const clampedRow = (offset: string): string => (p.m % rows === 0 ? offset : `min(${offset}, ${p.m - 1}u)`);
  const clampedColumn = (offset: string): string => (ragged ? `min(${offset}, ${p.n - 1}u)` : offset);
  const lines = [
    `@compute @workgroup_size(${lanes})`,
    `fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, ${
      broadcast ? '@builtin(subgroup_invocation_id)' : '@builtin(local_invocation_index)'
    } lane: u32) {`,
    `let id = ${workgroupId};`,
    `if (id >= ${workgroups}u) { return; }`,
    `let n0 = (id % ${across}u) * ${lanes * columns}u;`,
    `let m0 = ((id / ${across}u) % ${down}u) * ${rows}u;`,
    `let matrix = (id / ${across * down}u) % ${p.batch}u;`,
    `let part = id / ${across * down * p.batch}u;`,
  ];
  const say = (...text: string[]): void => void lines.push(...text);

  const loadedRows = range(broadcast ? Math.ceil(rows / lanes) : rows);
  for (const j of loadedRows) {
    const offset = broadcast
      ? `m0 + ${rows < lanes ? `min(lane, ${rows - 1}u)` : `${j * lanes}u + lane`}`
      : `m0 + ${j}u`;
    const past = broadcast && rows > lanes && rows % lanes !== 0;
    say(`let m_${j} = ${past ? `min(${offset}, ${p.m - 1}u)` : clampedRow(offset)};`);
  }
  for (const c of range(columns)) say(`let n_${c} = ${clampedColumn(`n0 + ${c * lanes}u + lane`)};`);
  for (const r of range(rows)) for (const c of range(columns)) say(`var s_${r}_${c} = 0.0;`);

  say(`let end = min((part + 1u) * ${depth}u, ${p.k}u);`, `for (var k = part * ${depth}u; k < end; k++) {`);
  for (const j of loadedRows) say(`let a_${j} = ${p.loadA('matrix', `m_${j}`, 'k')};`);
  for (const c of range(columns)) say(`let b_${c} = ${p.loadB('matrix', 'k', `n_${c}`)};`);
  for (const r of range(rows)) {
    const a = broadcast ? `subgroupBroadcast(a_${Math.floor(r / lanes)}, ${r % lanes}u)` : `a_${r}`;
    say(`let x_${r} = ${a};`);
    for (const c of range(columns)) say(`s_${r}_${c} = fma(x_${r}, b_${c}, s_${r}_${c});`);
  }
  say('}');

  // A store and its epilogue once for each column, in a loop: once for each accumulator would make most of the program,
  // and of its compile time. No loop here starts at a constant: the driver would see its length and unroll it.
  say(`var sums: array<f32, ${rows * columns}>;`);
  for (const r of range(rows)) for (const c of range(columns)) say(`sums[${r * columns + c}] = s_${r}_${c};`);
  say(`let last = min(m0 + ${rows}u, ${p.m}u);`, 'for (var row = m0; row < last; row++) {');
  for (const c of range(columns)) {
    say(ragged ? `if (n0 + ${c * lanes}u + lane < ${p.n}u) {` : '{');
    say(`let acc = sums[(row - m0) * ${columns}u + ${c}u];`, ...p.store('matrix', 'row', `n_${c}`, 'acc'), '}');
  }
  say('}', '}');
  const name = `rows ${rows}x${lanes * columns}${parts > 1 ? ` in ${parts} parts` : ''}`;
  return { name, body: lines.join('\n'), workgroups, ...(broadcast && { directives: 'enable subgroups;' }) };
}

/** A is loaded once for a subgroup and broadcast. For adapters with subgroups of a fixed size. */
export const subgroupRows: ContractVariant = {
  name: 'subgroup-rows',
  supports: (_sizes, profile: KernelProfile) => profile.subgroupSize >= 4 && profile.subgroupSize <= 32,
  emit: (p, profile) => emitRows(p, cheapest(p, profile.subgroupSize, true)),
};

/** Every invocation loads all it multiplies. Needs nothing of the adapter. */
export const registerRows: ContractVariant = {
  name: 'register-rows',
  supports: () => true,
  emit: (p) => emitRows(p, cheapest(p, 8, false)),
};
