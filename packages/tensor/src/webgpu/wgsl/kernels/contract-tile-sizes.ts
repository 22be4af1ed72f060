import { cheapest } from './candidates';
import type { ContractProblem } from './contract-problem';
import type { KernelProfile } from './kernel';

/** rows × columns outputs of a workgroup, of which each invocation owns blockRows × blockColumns. */
export interface Block {
  readonly rows: number;
  readonly columns: number;
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Steps of k held in workgroup memory at a time, where k has as many and the adapter the memory. */
  readonly depth: number;
  /** Millions of operations in a microsecond, where {@link PLACES} workgroups are under way. */
  readonly rate: number;
  /** Microseconds that a turn over `depth` steps takes at least: memory, and two barriers. */
  readonly turn: number;
}

/**
 * Largest first. Rates and turns are those of an H100 (`docs/performance.md`); there the price that they give picks tiles
 * within 5 % of the best of all that were measured.
 */
export const BLOCKS: readonly Block[] = [
  { rows: 128, columns: 128, blockRows: 8, blockColumns: 8, depth: 32, rate: 0.165, turn: 2 },
  { rows: 64, columns: 128, blockRows: 8, blockColumns: 8, depth: 32, rate: 0.16, turn: 1.5 },
  { rows: 64, columns: 64, blockRows: 8, blockColumns: 4, depth: 32, rate: 0.13, turn: 0.8 },
  { rows: 32, columns: 32, blockRows: 4, blockColumns: 4, depth: 16, rate: 0.088, turn: 0.4 },
];

/** The estimate is of one GPU: to another, what is this many times as dear may be the cheapest. */
const FAR = 4;
/** Where an adapter lacks the memory for a block's depth. */
const LESS_DEPTH = 16;
/** As many workgroups keep a large GPU busy. */
const PLACES = 256;
/** Cutting k further leaves a part too little to do. */
const SHORTEST_PART = 64;
/** Microseconds of a second dispatch, and bytes that it moves in one. */
const COMBINE = { dispatch: 2, bytes: 2e6 };

/** A block over `parts` parts of k of `length` steps each, `depth` of them staged at a time. */
export interface Tile extends Block {
  readonly parts: number;
  readonly length: number;
}

export const invocationsOf = ({ rows, columns, blockRows, blockColumns }: Block): number =>
  (rows / blockRows) * (columns / blockColumns);

/** vec4 between one column of B and the next where vectors lie along k: odd, so that neighbours are in other banks. */
export const columnStride = (depth: number): number => (depth / 4) | 1;

export const quadsStaged = (p: ContractProblem, { rows, columns, depth }: Block) => ({
  left: (rows * depth) / 4,
  right: p.quadsOfB === 'k' ? columns * columnStride(depth) : (columns * depth) / 4,
});

function fits(p: ContractProblem, block: Block, { limits }: KernelProfile): boolean {
  const { left, right } = quadsStaged(p, block);
  const invocations = invocationsOf(block);
  return (
    16 * (left + right) <= limits.maxComputeWorkgroupStorageSize &&
    invocations <= limits.maxComputeInvocationsPerWorkgroup &&
    invocations <= limits.maxComputeWorkgroupSizeX
  );
}

/** The block with as much depth as k has and the adapter has memory for; undefined where the adapter cannot run it. */
function blockFor(p: ContractProblem, block: Block, profile: KernelProfile): Block | undefined {
  const most = 4 * Math.ceil(p.k / 4);
  return [block.depth, LESS_DEPTH]
    .map((depth) => ({ ...block, depth: Math.min(depth, most) }))
    .find((one) => fits(p, one, profile));
}

function tileOf(p: ContractProblem, block: Block, wanted: number): Tile {
  const { depth } = block;
  const length = Math.ceil(p.k / wanted / depth) * depth;
  return { ...block, length, parts: Math.ceil(p.k / length) };
}

const workgroupsOf = (p: ContractProblem, { rows, columns, parts }: Tile): number =>
  parts * p.batch * Math.ceil(p.m / rows) * Math.ceil(p.n / columns);

/** Whole block, part by part: 1, 2, 4, … parts, until there are enough workgroups or too little is left of k. */
function* cuts(p: ContractProblem, block: Block): Generator<Tile> {
  for (let parts = 1; ; parts *= 2) {
    const tile = tileOf(p, block, parts);
    yield tile;
    if (workgroupsOf(p, tile) >= 2 * PLACES || p.k < 2 * parts * SHORTEST_PART) return;
  }
}

/** Microseconds, by an estimate: one workgroup alone, or all of them if that is more; and the sums of the parts. */
function priceOf(p: ContractProblem, tile: Tile): number {
  const { rows, columns, depth, length, parts, rate, turn } = tile;
  const operations = (2 * rows * columns * length) / 1e6;
  const alone = Math.max(operations / rate, (length / depth) * turn);
  const all = (workgroupsOf(p, tile) * operations) / (PLACES * rate);
  // Each part is written and read.
  const bytes = 2 * 4 * parts * p.batch * p.m * p.n;
  return Math.max(alone, all) + (parts > 1 ? COMBINE.dispatch + bytes / COMBINE.bytes : 0);
}

/**
 * Tiles for a problem, cheapest first by estimate.
 *
 * @param blocks to choose from; the last one runs within what WebGPU guarantees
 */
export function tilesFor(p: ContractProblem, profile: KernelProfile, blocks: readonly Block[] = BLOCKS): Tile[] {
  const able = blocks.flatMap((block) => blockFor(p, block, profile) ?? []);
  return cheapest(
    (able.length > 0 ? able : blocks.slice(-1)).flatMap((block) => [...cuts(p, block)]),
    (tile) => priceOf(p, tile),
    ({ rows, columns, parts }) => `${rows} ${columns} ${parts}`,
    FAR,
  );
}
