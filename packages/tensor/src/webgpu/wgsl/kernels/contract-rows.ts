import { cheapest, registerTileKind } from './candidates';
import {
  type ContractCandidate,
  type ContractProblem,
  type ContractSizes,
  type ContractVariant,
  transpose,
} from './contract-problem';
import { combineParts, partialSum, scratchFor, scratchSize, singleStores } from './contract-split';
import { registerTilesWork } from './contract-work';
import { entryParameters, type KernelStage, range, workgroupId } from './kernel';

/** Invocations of a workgroup: the widest vector of the CPUs behind software adapters. */
const LANES = 8;

/** One workgroup owns rows × (lanes · columns) outputs in named scalars and walks k one step at a time. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Parts into which k is cut. */
  readonly parts: number;
  /** Rows run along n and lanes along m. */
  readonly transposed: boolean;
}

/** Nanoseconds on a software adapter, for all lanes together, on one core. They rank tiles. */
const COST = { load: 7.5, fma: 0.53, store: 25, workgroup: 300, stage: 8000 };
/** Workgroups are dealt out to this many workers. */
const WORKERS = 4;

function cost(tile: Tile, { batch, m, n, k }: ContractSizes): number {
  const { rows, columns, parts } = tile;
  const workgroups = batch * Math.ceil(m / rows) * Math.ceil(n / (LANES * columns)) * parts;
  const step = (rows + columns) * COST.load + rows * columns * COST.fma;
  const stores = Math.min(rows, m) * columns * COST.store;
  const each = Math.ceil(k / parts) * step + stores + COST.workgroup;
  const combine = parts > 1 ? COST.stage + ((batch * m * n) / LANES / WORKERS) * (parts * COST.load + COST.store) : 0;
  return Math.ceil(workgroups / WORKERS) * each + combine;
}

const turn = (sizes: ContractSizes, transposed: boolean): ContractSizes =>
  transposed ? { ...sizes, m: sizes.n, n: sizes.m } : sizes;

function tilesFor(sizes: ContractSizes): Tile[] {
  const tiles: Tile[] = [];
  for (const transposed of [false, true]) {
    const { m } = turn(sizes, transposed);
    for (const rows of [...[2, 4, 8].filter((r) => r < m), Math.min(m, 8)]) {
      for (const columns of [1, 2, 4]) {
        for (let parts = 1; parts === 1 || sizes.k / parts >= 32; parts *= 2) {
          tiles.push({ rows, columns, parts, transposed });
        }
      }
    }
  }
  return tiles;
}

const tileName = ({ rows, columns, parts }: Tile): string =>
  `rows ${rows}x${LANES * columns}${parts > 1 ? ` in ${parts} parts` : ''}`;

function candidates(whole: ContractProblem): ContractCandidate[] {
  const problem = singleStores(whole);
  const tiles = cheapest(tilesFor(problem), (tile) => cost(tile, turn(problem, tile.transposed)), registerTileKind);
  return tiles.map((tile) => ({
    name: `${tileName(tile)}${tile.transposed ? ' transposed' : ''}`,
    scratch: scratchSize(problem, tile.parts),
    emit: () => emitRows(problem, tile),
  }));
}

function emitRows(problem: ContractProblem, tile: Tile): KernelStage[] {
  const p = tile.transposed ? transpose(problem) : problem;
  if (tile.parts === 1) return [rowsStage(p, tile)];
  const scratch = scratchFor(p, tile.parts);
  return [rowsStage(partialSum(p, scratch, 'part'), tile), combineParts(p, scratch, tile.parts)];
}

function rowsStage(p: ContractProblem, tile: Tile): KernelStage {
  const { rows, columns, parts } = tile;
  const down = Math.ceil(p.m / rows);
  const across = Math.ceil(p.n / (LANES * columns));
  const workgroups = parts * p.batch * down * across;
  const depth = Math.ceil(p.k / parts);
  const ragged = p.n % (LANES * columns) !== 0;
  // Lanes past the edge load what the edge holds, and store nothing.
  const clampedRow = (offset: string): string => (p.m % rows === 0 ? offset : `min(${offset}, ${p.m - 1}u)`);
  const clampedColumn = (offset: string): string => (ragged ? `min(${offset}, ${p.n - 1}u)` : offset);
  const sums = range(rows).flatMap((r) => range(columns).map((c) => [r, c] as const));
  const body = [
    `@compute @workgroup_size(${LANES})`,
    `fn main(${entryParameters}) {`,
    `let id = ${workgroupId};`,
    `if (id >= ${workgroups}u) { return; }`,
    `let n0 = (id % ${across}u) * ${LANES * columns}u;`,
    `let m0 = ((id / ${across}u) % ${down}u) * ${rows}u;`,
    `let matrix = (id / ${across * down}u) % ${p.batch}u;`,
    `let part = id / ${across * down * p.batch}u;`,
    ...range(rows).map((r) => `let m_${r} = ${clampedRow(`m0 + ${r}u`)};`),
    ...range(columns).map((c) => `let n_${c} = ${clampedColumn(`n0 + ${c * LANES}u + lane`)};`),
    ...sums.map(([r, c]) => `var s_${r}_${c} = 0.0;`),
    `let end = min((part + 1u) * ${depth}u, ${p.k}u);`,
    `for (var k = part * ${depth}u; k < end; k++) {`,
    ...range(rows).map((r) => `let a_${r} = ${p.loadA('matrix', `m_${r}`, 'k')};`),
    ...range(columns).map((c) => `let b_${c} = ${p.loadB('matrix', 'k', `n_${c}`)};`),
    ...sums.map(([r, c]) => `s_${r}_${c} = fma(a_${r}, b_${c}, s_${r}_${c});`),
    '}',
    // A store and its epilogue once for each column, in a loop: once for each sum they would make most of the program,
    // and of its compile time. No loop here starts at a constant: the driver would see its length and unroll it.
    `var sums: array<f32, ${rows * columns}>;`,
    ...sums.map(([r, c]) => `sums[${r * columns + c}] = s_${r}_${c};`),
    `let last = min(m0 + ${rows}u, ${p.m}u);`,
    'for (var row = m0; row < last; row++) {',
    ...range(columns).flatMap((c) => [
      ragged ? `if (n0 + ${c * LANES}u + lane < ${p.n}u) {` : '{',
      `let acc = sums[(row - m0) * ${columns}u + ${c}u];`,
      ...p.store('matrix', 'row', `n_${c}`, 'acc'),
      '}',
    ]),
    '}',
    '}',
  ].join('\n');
  const work = registerTilesWork(p, { rows, columns, lanes: LANES, loadedRows: rows, parts });
  return { name: tileName(tile), body, workgroups, work };
}

/** The form for CPU adapters without subgroups: every invocation loads all it multiplies. Needs nothing of the adapter. */
export const registerRows: ContractVariant = {
  name: 'register-rows',
  supports: () => true,
  suits: ({ software }) => software,
  candidates,
};
