import { type ContractCandidate, type ContractProblem, type ContractVariant, transpose } from './contract-problem';
import { combineParts, partialSum, scratchFor, scratchSize } from './contract-split';
import {
  BLOCKS,
  type Block,
  columnStride,
  invocationsOf,
  quadsStaged,
  type Tile,
  tilesFor,
} from './contract-tile-sizes';
import { stagedTilesWork } from './contract-work';
import { entryParameters, type KernelProfile, type KernelStage, range, workgroupId } from './kernel';

const tileName = ({ rows, columns, parts }: Tile): string =>
  `tile ${rows}x${columns}${parts > 1 ? ` in ${parts} parts` : ''}`;

function candidates(
  problem: ContractProblem,
  profile: KernelProfile,
  blocks: readonly Block[],
): readonly ContractCandidate[] {
  // Vectors are stored along n.
  const p = problem.quadsOfOut === 'm' ? transpose(problem) : problem;
  return tilesFor(p, profile, blocks).map((tile) => ({
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
  /** The expression that loads vec4 `e` of them for the steps from `k0` on, and the statement that stages `value`. */
  readonly load: string;
  stage(value: string): string;
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
      load: `loadA(matrix, m0 + e % ${across}u * 4u, k0 + e / ${across}u, end)`,
      stage: (value) => `left[e] = ${value};`,
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
    load: `loadA(matrix, m0 + e / ${along}u, k0 + e % ${along}u * 4u, end)`,
    stage: (value) => `left[e] = ${value};`,
    turn: range(blockRows).map((r) => `let a_${r} = left[(y * ${blockRows}u + ${r}u) * ${along}u + turn];`),
  };
}

const leftValue = (p: ContractProblem, r: number, i: number): string =>
  p.quadsOfA === 'm' ? `a_${i}_${Math.floor(r / 4)}[${r % 4}]` : `a_${r}[${i}]`;

/** Each invocation has groups of four neighbouring columns. What it reads at one time lies beside what its neighbours read. */
function rightStrip(p: ContractProblem, { columns, blockColumns, depth }: Tile): Strip {
  const across = columns / 4;
  const width = columns / blockColumns;
  const groups = range(blockColumns / 4);
  const count = (columns * depth) / 4;
  if (p.quadsOfB !== 'k') {
    return {
      count,
      load: `loadB(matrix, k0 + e / ${across}u, n0 + e % ${across}u * 4u, end)`,
      stage: (value) => `right[e] = ${value};`,
      turn: range(4).flatMap((i) =>
        groups.map((g) => `let b_${i}_${g} = right[(turn * 4u + ${i}u) * ${across}u + ${g * width}u + x];`),
      ),
    };
  }
  const along = depth / 4;
  const stride = columnStride(depth);
  return {
    count,
    load: `loadB(matrix, k0 + e % ${along}u * 4u, n0 + e / ${along}u, end)`,
    stage: (value) =>
      `{ let n = e / ${along}u; right[(n % 4u * ${across}u + n / 4u) * ${stride}u + e % ${along}u] = ${value}; }`,
    turn: groups.flatMap((g) => [
      ...range(4).map((c) => `let column_${c}_${g} = right[(${c * across + g * width}u + x) * ${stride}u + turn];`),
      ...range(4).map((i) => `let b_${i}_${g} = vec4<f32>(${range(4).map((c) => `column_${c}_${g}[${i}]`)});`),
    ]),
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
  const { rows, columns, blockRows, blockColumns, parts, length, depth } = tile;
  const size = invocationsOf(tile);
  const width = columns / blockColumns;
  const down = Math.ceil(p.m / rows);
  const across = Math.ceil(p.n / columns);
  const workgroups = parts * p.batch * down * across;
  const strips = [leftStrip(p, tile), rightStrip(p, tile)];
  const staged = quadsStaged(p, tile);
  /** One statement for each vec4 of both strips that an invocation brings from memory. */
  const eachStaged = (statement: (strip: Strip, name: string) => string): string =>
    strips
      .flatMap((strip, s) =>
        range(Math.ceil(strip.count / size)).map((j) => {
          const guard = (j + 1) * size > strip.count ? `if (e < ${strip.count}u) ` : '';
          return `    { let e = lane + ${j * size}u; ${guard}{ ${statement(strip, `next_${s}_${j}`)} } }`;
        }),
      )
      .join('\n');
  const names = strips.flatMap((strip, s) => range(Math.ceil(strip.count / size)).map((j) => `next_${s}_${j}`));
  const loadNext = eachStaged(({ load }, name) => `${name} = ${load};`);
  const sums = range(blockRows).flatMap((r) => range(blockColumns / 4).map((g) => ({ r, g })));
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
${sums.map(({ r, g }) => `  var s_${r}_${g} = vec4<f32>();`).join('\n')}
${names.map((name) => `  var ${name} = vec4<f32>();`).join('\n')}
  var k0 = part * ${length}u;
${loadNext}
  while (k0 < end) {
${eachStaged(({ stage }, name) => stage(name))}
    workgroupBarrier();
    // The next strips are on their way while these are multiplied.
    k0 += ${depth}u;
    if (k0 < end) {
${loadNext}
    }
    for (var turn = 0u; turn < ${depth / 4}u; turn++) {
${strips.flatMap(({ turn }) => turn.map((line) => `      ${line}`)).join('\n')}
${range(4)
  .flatMap((i) =>
    sums.map(({ r, g }) => `      s_${r}_${g} = fma(vec4<f32>(${leftValue(p, r, i)}), b_${i}_${g}, s_${r}_${g});`),
  )
  .join('\n')}
    }
    workgroupBarrier();
  }
${sums.map(({ r, g }) => `  put(matrix, m0 + y * ${blockRows}u + ${r}u, n0 + ${g * 4 * width}u + x * 4u, part, s_${r}_${g});`).join('\n')}
}`;
  return { name: tileName(tile), body, workgroups, work: stagedTilesWork(p, tile) };
}

/**
 * The form for GPUs: a workgroup of 64 to 256 invocations stages a strip of A and one of B in workgroup memory, and each
 * invocation multiplies their values into 4 × 4 to 8 × 8 sums. Memory is read and written by vectors of four, in global
 * memory where four neighbours lie side by side; elements past an edge are staged as zero.
 */
export const workgroupTile: ContractVariant = {
  name: 'workgroup-tile',
  supports: () => true,
  suits: ({ software }) => !software,
  candidates: (problem, profile) => candidates(problem, profile, BLOCKS),
};

/** The form with one of its blocks alone, for tests. */
export const tilesAlone: readonly ContractVariant[] = BLOCKS.map((block) => ({
  ...workgroupTile,
  name: `workgroup-tile ${block.rows}x${block.columns}`,
  supports: (_, { limits }) => invocationsOf(block) <= limits.maxComputeInvocationsPerWorkgroup,
  candidates: (problem, profile) => candidates(problem, profile, [block]),
}));
