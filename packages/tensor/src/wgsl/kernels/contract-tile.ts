import { type ContractCandidate, type ContractProblem, type ContractVariant, transpose } from './contract-problem';
import { combineParts, partialSum, scratchFor, scratchSize } from './contract-split';
import { stagedTilesWork } from './contract-work';
import { entryParameters, type KernelProfile, type KernelStage, range, workgroupId } from './kernel';

/** Steps of k held in workgroup memory at a time, where k has as many. */
const MOST_DEPTH = 16;
/** Fewer workgroups than this leave a GPU idle; smaller tiles, and then a cut through k, make more. */
const ENOUGH_WORKGROUPS = 128;
const SHORTEST_PART = 256;
/** Parts that the rule does not take, but measurement may. */
const SHORTEST_TRIED_PART = 64;
/** A tile may multiply this many times as much, past the edges of the result, as the tile that multiplies least. */
const MOST_PADDING = 1.25;
/** Ways to compute one problem at most: each that is timed costs a compile. */
const MOST_TILES = 4;

/** rows × columns outputs of a workgroup, of which each invocation owns blockRows × 4. */
interface Block {
  readonly rows: number;
  readonly columns: number;
  readonly blockRows: number;
}

/** Runs within what WebGPU guarantees, and multiplies least past the edges of any result: the others are multiples of it. */
const SMALLEST: Block = { rows: 32, columns: 32, blockRows: 4 };
/** Largest first. */
const BLOCKS: readonly Block[] = [
  { rows: 128, columns: 64, blockRows: 8 },
  { rows: 64, columns: 64, blockRows: 8 },
  SMALLEST,
];

/** A block over `parts` parts of k of `length` steps each, `depth` of them staged at a time. */
interface Tile extends Block {
  readonly parts: number;
  readonly length: number;
  readonly depth: number;
}

const invocationsOf = ({ rows, columns, blockRows }: Block): number => (rows / blockRows) * (columns / 4);

const depthOf = ({ k }: ContractProblem): number => Math.min(MOST_DEPTH, 4 * Math.ceil(k / 4));

/** vec4 between one column of B and the next where vectors lie along k: odd, so that neighbours are in other banks. */
const columnStride = (depth: number): number => (depth / 4) | 1;

const quadsStaged = (p: ContractProblem, { rows, columns }: Block, depth: number) => ({
  left: (rows * depth) / 4,
  right: p.quadsOfB === 'k' ? columns * columnStride(depth) : (columns * depth) / 4,
});

function fits(p: ContractProblem, block: Block, { limits }: KernelProfile): boolean {
  const { left, right } = quadsStaged(p, block, depthOf(p));
  const invocations = invocationsOf(block);
  return (
    16 * (left + right) <= limits.maxComputeWorkgroupStorageSize &&
    invocations <= limits.maxComputeInvocationsPerWorkgroup &&
    invocations <= limits.maxComputeWorkgroupSizeX
  );
}

function tileOf(p: ContractProblem, block: Block, wanted: number): Tile {
  const depth = depthOf(p);
  const length = Math.ceil(p.k / wanted / depth) * depth;
  return { ...block, depth, length, parts: Math.ceil(p.k / length) };
}

/**
 * The largest tile of which there are enough first, or the smallest with k cut into parts; then the next in size, twice
 * and half as many parts, and what else there is.
 */
function tilesFor(p: ContractProblem, profile: KernelProfile): Tile[] {
  const down = ({ rows }: Block): number => Math.ceil(p.m / rows);
  const across = ({ columns }: Block): number => Math.ceil(p.n / columns);
  const count = (block: Block): number => p.batch * down(block) * across(block);
  const multiplied = (block: Block): number => down(block) * block.rows * across(block) * block.columns;
  const tight = BLOCKS.filter(
    (block) =>
      block === SMALLEST || (fits(p, block, profile) && multiplied(block) <= MOST_PADDING * multiplied(SMALLEST)),
  );
  const ruled = (block: Block): number =>
    Math.max(1, Math.min(Math.ceil(ENOUGH_WORKGROUPS / count(block)), Math.floor(p.k / SHORTEST_PART)));
  const best = tight.find((block) => count(block) >= ENOUGH_WORKGROUPS) ?? SMALLEST;
  const parts = ruled(best);
  const distance = (block: Block): number => Math.abs(tight.indexOf(block) - tight.indexOf(best));
  const others = tight.filter((block) => block !== best).sort((a, b) => distance(a) - distance(b));
  const [next, ...rest] = others.map((block) => tileOf(p, block, ruled(block)));
  return [
    tileOf(p, best, parts),
    ...(next ? [next] : []),
    ...(p.k / parts >= 2 * SHORTEST_TRIED_PART ? [tileOf(p, best, 2 * parts)] : []),
    ...(parts > 1 ? [tileOf(p, best, Math.floor(parts / 2))] : []),
    ...rest,
  ];
}

const tileName = ({ rows, columns, parts }: Tile): string =>
  `tile ${rows}x${columns}${parts > 1 ? ` in ${parts} parts` : ''}`;

function candidates(problem: ContractProblem, profile: KernelProfile): ContractCandidate[] {
  // Vectors are stored along n.
  const p = problem.quadsOfOut === 'm' ? transpose(problem) : problem;
  const tiles = tilesFor(p, profile);
  const names = tiles.map(tileName);
  // Rounding to whole steps can make two of them the same.
  const distinct = tiles.filter((_, i) => names.indexOf(names[i]!) === i).slice(0, MOST_TILES);
  return distinct.map((tile) => ({
    name: `${tileName(tile)}${p === problem ? '' : ' transposed'}`,
    scratch: scratchSize(p, tile.parts),
    emit: () => emitTile(p, tile),
  }));
}

function emitTile(p: ContractProblem, tile: Tile): KernelStage[] {
  const { parts } = tile;
  if (parts === 1) return [tileStage(p, tile)];
  const scratch = scratchFor(p, parts);
  return [tileStage(partialSum(p, scratch, 'part'), tile), combineParts(p, scratch, parts)];
}

/** One operand in workgroup memory: how it comes there, and what one turn of four steps of k takes from it. */
interface Strip {
  /** vec4 that the workgroup loads. */
  readonly count: number;
  /** The statement that stages vec4 `e` of them. */
  readonly stage: string;
  /** Statements at the head of a turn, whose steps begin at 4 · `turn`. */
  readonly turn: readonly string[];
}

/** Rows of a block are neighbours. Its values are vectors along k, or along m where those lie side by side in memory. */
function leftStrip(p: ContractProblem, { rows, blockRows, depth }: Tile): Strip {
  const count = (rows * depth) / 4;
  if (p.quadsOfA === 'm') {
    const across = rows / 4;
    return {
      count,
      stage: `left[e] = loadA(matrix, m0 + e % ${across}u * 4u, k0 + e / ${across}u, end);`,
      turn: range(4).flatMap((i) =>
        range(blockRows / 4).map(
          (q) => `let a_${i}_${q} = left[(turn * 4u + ${i}u) * ${across}u + y * ${blockRows / 4}u + ${q}u];`,
        ),
      ),
    };
  }
  const along = depth / 4;
  return {
    count,
    stage: `left[e] = loadA(matrix, m0 + e / ${along}u, k0 + e % ${along}u * 4u, end);`,
    turn: range(blockRows).map((r) => `let a_${r} = left[(y * ${blockRows}u + ${r}u) * ${along}u + turn];`),
  };
}

const leftValue = (p: ContractProblem, r: number, i: number): string =>
  p.quadsOfA === 'm' ? `a_${i}_${Math.floor(r / 4)}[${r % 4}]` : `a_${r}[${i}]`;

/** Each invocation has four neighbouring columns. What it reads at one time lies beside what its neighbours read. */
function rightStrip(p: ContractProblem, { columns, depth }: Tile): Strip {
  const across = columns / 4;
  const count = (columns * depth) / 4;
  if (p.quadsOfB !== 'k') {
    return {
      count,
      stage: `right[e] = loadB(matrix, k0 + e / ${across}u, n0 + e % ${across}u * 4u, end);`,
      turn: range(4).map((i) => `let b_${i} = right[(turn * 4u + ${i}u) * ${across}u + x];`),
    };
  }
  const along = depth / 4;
  const stride = columnStride(depth);
  return {
    count,
    stage:
      `{ let n = e / ${along}u; right[(n % 4u * ${across}u + n / 4u) * ${stride}u + e % ${along}u] = ` +
      `loadB(matrix, k0 + e % ${along}u * 4u, n0 + n, end); }`,
    turn: [
      ...range(4).map((c) => `let column_${c} = right[(${c * across}u + x) * ${stride}u + turn];`),
      ...range(4).map((i) => `let b_${i} = vec4<f32>(${range(4).map((c) => `column_${c}[${i}]`)});`),
    ],
  };
}

interface OperandLoad {
  readonly name: 'loadA' | 'loadB';
  /** Names of the coordinates. */
  readonly at: readonly [string, string];
  /** The coordinate along which four values are loaded. */
  readonly along: 'k' | 'n';
  /** Conditions under which coordinates lie past an edge. */
  readonly outside: readonly (string | false)[];
  one(): string;
  four?(): string;
}

/** A function that loads four values, zero past an edge. */
function loadFunction({ name, at, along, outside, one, four }: OperandLoad): string {
  const tests = outside.filter((test) => test !== false);
  const define = (own: string, type: string, value: string): string =>
    `fn ${own}(matrix: u32, ${at[0]}: u32, ${at[1]}: u32, end: u32) -> ${type} {
  ${tests.length > 0 ? `if (${tests.join(' || ')}) { return ${type}(); }` : ''}
  return ${value};
}`;
  if (four) return define(name, 'vec4<f32>', four());
  const arguments_ = (j: number): string => at.map((axis) => (axis === along ? `${axis} + ${j}u` : axis)).join(', ');
  return `${define(`${name}One`, 'f32', one())}
fn ${name}(matrix: u32, ${at[0]}: u32, ${at[1]}: u32, end: u32) -> vec4<f32> {
  return vec4<f32>(${range(4).map((j) => `${name}One(matrix, ${arguments_(j)}, end)`)});
}`;
}

function loadFunctions(p: ContractProblem, { rows, columns, depth }: Tile): string {
  const pastK = p.k % depth !== 0 && 'k >= end';
  return [
    loadFunction({
      name: 'loadA',
      at: ['m', 'k'],
      along: 'k',
      outside: [p.m % rows !== 0 && `m >= ${p.m}u`, pastK],
      one: () => p.loadA('matrix', 'm', 'k'),
      ...(p.quadsOfA && { four: () => p.loadQuadA('matrix', 'm', 'k') }),
    }),
    loadFunction({
      name: 'loadB',
      at: ['k', 'n'],
      along: 'n',
      outside: [p.n % columns !== 0 && `n >= ${p.n}u`, pastK],
      one: () => p.loadB('matrix', 'k', 'n'),
      ...(p.quadsOfB && { four: () => p.loadQuadB('matrix', 'k', 'n') }),
    }),
  ].join('\n');
}

/** A function that stores four sums, side by side along n, and what of them lies inside the result. */
function storeFunction(p: ContractProblem): string {
  const one = (name: string, type: string, store: readonly string[]): string =>
    `fn ${name}(matrix: u32, m: u32, n: u32, part: u32, acc: ${type}) {
  if (m >= ${p.m}u || n >= ${p.n}u) { return; }
  ${store.join('\n  ')}
}`;
  if (p.quadsOfOut) return one('put', 'vec4<f32>', p.storeQuad('matrix', 'm', 'n', 'acc'));
  return `${one('putOne', 'f32', p.store('matrix', 'm', 'n', 'acc'))}
fn put(matrix: u32, m: u32, n: u32, part: u32, acc: vec4<f32>) {
  ${range(4)
    .map((j) => `putOne(matrix, m, n + ${j}u, part, acc[${j}]);`)
    .join(' ')}
}`;
}

function tileStage(p: ContractProblem, tile: Tile): KernelStage {
  const { rows, columns, blockRows, parts, length, depth } = tile;
  const size = invocationsOf(tile);
  const width = columns / 4;
  const down = Math.ceil(p.m / rows);
  const across = Math.ceil(p.n / columns);
  const workgroups = parts * p.batch * down * across;
  const strips = [leftStrip(p, tile), rightStrip(p, tile)];
  const staged = quadsStaged(p, tile, depth);
  const stage = ({ count, stage: statement }: Strip): string[] =>
    range(Math.ceil(count / size)).map((j) => {
      const guard = (j + 1) * size > count ? `if (e < ${count}u) ` : '';
      return `    { let e = lane + ${j * size}u; ${guard}{ ${statement} } }`;
    });
  const blockRowIndices = range(blockRows);
  const body = `
var<workgroup> left: array<vec4<f32>, ${staged.left}>;
var<workgroup> right: array<vec4<f32>, ${staged.right}>;

${loadFunctions(p, tile)}
${storeFunction(p)}

@compute @workgroup_size(${size})
fn main(${entryParameters}) {
  let id = ${workgroupId};
  if (id >= ${workgroups}u) { return; }
  let n0 = (id % ${across}u) * ${columns}u;
  let m0 = ((id / ${across}u) % ${down}u) * ${rows}u;
  let matrix = (id / ${across * down}u) % ${p.batch}u;
  let part = id / ${across * down * p.batch}u;
  let end = min((part + 1u) * ${length}u, ${p.k}u);
  let x = lane % ${width}u;
  let y = lane / ${width}u;
${blockRowIndices.map((r) => `  var s_${r} = vec4<f32>();`).join('\n')}
  for (var k0 = part * ${length}u; k0 < end; k0 += ${depth}u) {
${strips.flatMap(stage).join('\n')}
    workgroupBarrier();
    for (var turn = 0u; turn < ${depth / 4}u; turn++) {
${strips.flatMap(({ turn }) => turn.map((line) => `      ${line}`)).join('\n')}
${range(4)
  .flatMap((i) => blockRowIndices.map((r) => `      s_${r} = fma(vec4<f32>(${leftValue(p, r, i)}), b_${i}, s_${r});`))
  .join('\n')}
    }
    workgroupBarrier();
  }
${blockRowIndices.map((r) => `  put(matrix, m0 + y * ${blockRows}u + ${r}u, n0 + x * 4u, part, s_${r});`).join('\n')}
}`;
  return { name: tileName(tile), body, workgroups, work: stagedTilesWork(p, tile) };
}

/**
 * The form for GPUs: a workgroup of 64 to 256 invocations stages a strip of A and one of B in workgroup memory, and each
 * invocation multiplies their values into 4 × 4 or 8 × 4 sums. Memory is read and written by vectors of four, in global
 * memory where four neighbours lie side by side; elements past an edge are staged as zero.
 */
export const workgroupTile: ContractVariant = {
  name: 'workgroup-tile',
  supports: () => true,
  suits: ({ software }) => !software,
  candidates,
};
