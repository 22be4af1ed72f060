import type { ContractCandidate, ContractProblem, ContractSizes, ContractVariant } from './contract';
import { combineParts, partialSum, scratchFor, scratchSize, singleStores } from './contract-split';
import { stagedTilesWork } from './contract-work';
import { entryParameters, type KernelStage, range, workgroupId } from './kernel';

/** Steps of k held in workgroup memory at a time. */
const DEPTH = 16;
/** Each invocation owns BLOCK × BLOCK outputs. */
const BLOCK = 4;
/** Fewer workgroups than this leave a GPU idle; k is cut into parts to make more. */
const ENOUGH_WORKGROUPS = 128;
const SHORTEST_PART = 256;
/** Parts that the rule does not take, but measurement may. */
const SHORTEST_TRIED_PART = 64;

/** side × side outputs of a workgroup, over `parts` parts of k with `depth` steps each. */
interface Tile {
  readonly side: 32 | 64;
  readonly parts: number;
  readonly depth: number;
}

function tileOf({ k }: ContractSizes, side: 32 | 64, wanted: number): Tile {
  const depth = Math.ceil(k / wanted / DEPTH) * DEPTH;
  return { side, depth, parts: Math.ceil(k / depth) };
}

/** The rule's tile first; then the other side, and twice and half as many parts. */
function tilesFor(sizes: ContractSizes): Tile[] {
  const { batch, m, n, k } = sizes;
  const count = (side: number): number => batch * Math.ceil(m / side) * Math.ceil(n / side);
  const ruled = (side: number): number =>
    Math.max(1, Math.min(Math.ceil(ENOUGH_WORKGROUPS / count(side)), Math.floor(k / SHORTEST_PART)));
  const wide = Math.min(m, n) > 32;
  const side = wide && count(64) >= ENOUGH_WORKGROUPS ? 64 : 32;
  const other = side === 64 ? 32 : 64;
  const parts = ruled(side);
  return [
    tileOf(sizes, side, parts),
    ...(wide ? [tileOf(sizes, other, ruled(other))] : []),
    ...(k / parts >= 2 * SHORTEST_TRIED_PART ? [tileOf(sizes, side, 2 * parts)] : []),
    ...(parts > 1 ? [tileOf(sizes, side, Math.floor(parts / 2))] : []),
  ];
}

const tileName = ({ side, parts }: Tile): string => `tile ${side}x${side}${parts > 1 ? ` in ${parts} parts` : ''}`;

function candidates(whole: ContractProblem): ContractCandidate[] {
  const problem = singleStores(whole);
  const tiles = tilesFor(problem);
  const names = tiles.map(tileName);
  // Rounding to whole steps can make two of them the same.
  const distinct = tiles.filter((_, i) => names.indexOf(names[i]!) === i);
  return distinct.map((tile) => ({
    name: tileName(tile),
    scratch: scratchSize(problem, tile.parts),
    emit: () => emitTile(problem, tile),
  }));
}

function emitTile(problem: ContractProblem, tile: Tile): KernelStage[] {
  const { parts } = tile;
  if (parts === 1) return [tileStage(problem, tile)];
  const scratch = scratchFor(problem, parts);
  return [tileStage(partialSum(problem, scratch, 'part'), tile), combineParts(problem, scratch, parts)];
}

function tileStage(p: ContractProblem, tile: Tile): KernelStage {
  const { side, parts, depth } = tile;
  const edge = side / BLOCK;
  const size = edge * edge;
  const down = Math.ceil(p.m / side);
  const across = Math.ceil(p.n / side);
  const workgroups = parts * p.batch * down * across;
  const staged = range((side * DEPTH) / size);
  const sums = range(BLOCK).flatMap((r) => range(BLOCK).map((c) => [r, c] as const));
  const body = `
var<workgroup> left: array<f32, ${side * DEPTH}>;
var<workgroup> right: array<f32, ${side * DEPTH}>;

fn loadA(matrix: u32, m: u32, k: u32, end: u32) -> f32 {
  if (m >= ${p.m}u || k >= end) { return 0.0; }
  return ${p.loadA('matrix', 'm', 'k')};
}

fn loadB(matrix: u32, k: u32, n: u32, end: u32) -> f32 {
  if (n >= ${p.n}u || k >= end) { return 0.0; }
  return ${p.loadB('matrix', 'k', 'n')};
}

fn put(matrix: u32, m: u32, n: u32, part: u32, acc: f32) {
  if (m >= ${p.m}u || n >= ${p.n}u) { return; }
  ${p.store('matrix', 'm', 'n', 'acc').join('\n  ')}
}

@compute @workgroup_size(${size})
fn main(${entryParameters}) {
  let id = ${workgroupId};
  if (id >= ${workgroups}u) { return; }
  let n0 = (id % ${across}u) * ${side}u;
  let m0 = ((id / ${across}u) % ${down}u) * ${side}u;
  let matrix = (id / ${across * down}u) % ${p.batch}u;
  let part = id / ${across * down * p.batch}u;
  let end = min((part + 1u) * ${depth}u, ${p.k}u);
  let x = lane % ${edge}u;
  let y = lane / ${edge}u;
${sums.map(([r, c]) => `  var s_${r}_${c} = 0.0;`).join('\n')}
  for (var k0 = part * ${depth}u; k0 < end; k0 += ${DEPTH}u) {
${staged
  .map(
    (j) => `    { let e = lane + ${j * size}u;
      left[(e % ${DEPTH}u) * ${side}u + e / ${DEPTH}u] = loadA(matrix, m0 + e / ${DEPTH}u, k0 + e % ${DEPTH}u, end);
      right[e] = loadB(matrix, k0 + e / ${side}u, n0 + e % ${side}u, end); }`,
  )
  .join('\n')}
    workgroupBarrier();
    for (var k = 0u; k < ${DEPTH}u; k++) {
${range(BLOCK)
  .map((r) => `      let a_${r} = left[k * ${side}u + y * ${BLOCK}u + ${r}u];`)
  .join('\n')}
${range(BLOCK)
  .map((c) => `      let b_${c} = right[k * ${side}u + x + ${c * edge}u];`)
  .join('\n')}
${sums.map(([r, c]) => `      s_${r}_${c} = fma(a_${r}, b_${c}, s_${r}_${c});`).join('\n')}
    }
    workgroupBarrier();
  }
  var results: array<f32, ${BLOCK * BLOCK}>;
${sums.map(([r, c]) => `  results[${r * BLOCK + c}] = s_${r}_${c};`).join('\n')}
  for (var i = 0u; i < ${BLOCK * BLOCK}u; i++) {
    put(matrix, m0 + y * ${BLOCK}u + i / ${BLOCK}u, n0 + x + (i % ${BLOCK}u) * ${edge}u, part, results[i]);
  }
}`;
  return { name: tileName(tile), body, workgroups, work: stagedTilesWork(p, side, DEPTH, parts) };
}

/**
 * The form for GPUs: a workgroup of 16 × 16 (or 8 × 8, for small products) invocations stages a strip of A and one of B
 * in workgroup memory, and each invocation multiplies 4 + 4 of their values into 16 sums. Elements past an edge are
 * staged as zero.
 */
export const workgroupTile: ContractVariant = {
  name: 'workgroup-tile',
  supports: () => true,
  suits: ({ software }) => !software,
  candidates,
};
