import type { ContractProblem } from './contract-problem';
import { partialSum } from './contract-split';
import { registerTilesWork } from './contract-work';
import { type KernelStage, range, workgroupId } from './kernel';

/**
 * A workgroup of one subgroup owns rows × (lanes · columns) outputs in named scalars. Values of A are loaded once for the
 * subgroup and handed around by shuffles from one lane: lavapipe makes one instruction of such a shuffle, and two or three
 * of a broadcast, which heeds lanes that are not active. Where four neighbours lie side by side they are loaded as one
 * vector: on a CPU adapter that costs half as much again as a single value.
 */
export interface QuadTile {
  readonly rows: number;
  /** Columns of each lane; a multiple of 4 where vectors lie along n. */
  readonly columns: number;
  readonly lanes: number;
  /** Parts into which k is cut. */
  readonly parts: number;
}

export const quadTileName = ({ rows, columns, lanes, parts }: QuadTile): string =>
  `quads ${rows}x${lanes * columns}${parts > 1 ? ` in ${parts} parts` : ''}`;

/** Steps of k in one turn of the loop: four, where vectors are loaded. More only makes the program larger. */
export const turnOf = ({ k, quadsOfA, quadsOfB }: ContractProblem): number =>
  k % 4 === 0 && (quadsOfA || quadsOfB) ? 4 : 1;

/** Loads of one lane in one turn, and vectors among them. */
export function loadsOfTurn(p: ContractProblem, { rows, columns, lanes }: QuadTile) {
  const turn = turnOf(p);
  const a = p.quadsOfA === 'k' ? Math.ceil(rows / lanes) : leftLoads(p, rows, lanes, turn);
  const b = p.quadsOfB === 'k' ? columns : p.quadsOfB === 'n' ? (turn * columns) / 4 : turn * columns;
  return { a: { count: a, vector: p.quadsOfA !== undefined }, b: { count: b, vector: p.quadsOfB !== undefined } };
}

function leftLoads(p: ContractProblem, rows: number, lanes: number, turn: number): number {
  if (p.quadsOfA !== 'm') return turn * Math.ceil(rows / lanes);
  const spread = stepsPerLoad(rows, lanes, turn);
  return (turn / spread) * Math.ceil(rows / 4 / lanes);
}

/** With few rows, lanes share out several steps of k among them. */
const stepsPerLoad = (rows: number, lanes: number, turn: number): number => {
  const fits = Math.floor(lanes / (rows / 4));
  return fits >= 4 && turn === 4 ? 4 : fits >= 2 && turn === 4 ? 2 : 1;
};

/** The WGSL of all values of A and B in one turn: statements that load, and the value of row r or column c at step i. */
interface Side {
  readonly before: string[];
  readonly loads: string[];
  value(at: number, step: number): string;
}

const letters = 'xyzw';

function leftSide(p: ContractProblem, { rows, lanes }: QuadTile): Side {
  const turn = turnOf(p);
  const clamp = (row: string, size: number): string => (p.m % rows === 0 ? row : `min(${row}, ${p.m - size}u)`);
  const step = (i: number): string => (i === 0 ? 'k' : `(k + ${i}u)`);
  if (p.quadsOfA === 'm') {
    const across = rows / 4;
    const spread = stepsPerLoad(rows, lanes, turn);
    const groups = range(Math.ceil(across / lanes));
    const row = (g: number): string =>
      spread > 1 ? `(lane % ${across}u)` : `min(lane + ${g * lanes}u, ${across - 1}u)`;
    return {
      before: [
        ...groups.map((g) => `let m_${g} = ${clamp(`m0 + 4u * ${row(g)}`, 4)};`),
        ...(spread > 1 ? [`let ahead = min(lane / ${across}u, ${spread - 1}u);`] : []),
      ],
      loads: range(turn / spread).flatMap((s) =>
        groups.map((g) => {
          const k = spread > 1 ? `(${step(s * spread)} + ahead)` : step(s);
          return `let a_${g}_${s} = ${p.loadQuadA('matrix', `m_${g}`, k)};`;
        }),
      ),
      value(r, i) {
        const quad = Math.floor(r / 4);
        const source = (i % spread) * across + (quad % lanes);
        return `subgroupShuffle(a_${Math.floor(quad / lanes)}_${Math.floor(i / spread)}.${letters[r % 4]}, ${source}u)`;
      },
    };
  }
  const groups = range(Math.ceil(rows / lanes));
  const before = groups.map((g) => {
    const last = Math.min(lanes, rows - g * lanes) - 1;
    const own = last === lanes - 1 ? `lane` : `min(lane, ${last}u)`;
    return `let m_${g} = ${clamp(`m0 + ${g * lanes}u + ${own}`, 1)};`;
  });
  const vector = p.quadsOfA === 'k';
  return {
    before,
    loads: groups.flatMap((g) =>
      vector
        ? [`let a_${g} = ${p.loadQuadA('matrix', `m_${g}`, 'k')};`]
        : range(turn).map((i) => `let a_${g}_${i} = ${p.loadA('matrix', `m_${g}`, step(i))};`),
    ),
    value(r, i) {
      const g = Math.floor(r / lanes);
      return `subgroupShuffle(${vector ? `a_${g}.${letters[i]}` : `a_${g}_${i}`}, ${r % lanes}u)`;
    },
  };
}

/** Columns in strips of four neighbours where something is loaded or stored along n, else side by side across lanes. */
function columnsOf(p: ContractProblem, { columns, lanes }: QuadTile) {
  const strips = p.quadsOfB === 'n' || p.quadsOfOut === 'n';
  const ragged = p.n % (lanes * columns) !== 0;
  const count = strips ? columns / 4 : columns;
  const own = strips ? 'lane * 4u' : 'lane';
  const width = strips ? 4 : 1;
  const first = (s: number): string => `n0 + ${s * lanes * width}u + ${own}`;
  return {
    strips,
    before: range(count).map((s) => `let n_${s} = ${ragged ? `min(${first(s)}, ${p.n - width}u)` : first(s)};`),
    column: (c: number): string => (strips ? `(n_${Math.floor(c / 4)} + ${c % 4}u)` : `n_${c}`),
    inside: (s: number): string => (ragged ? `if (${first(s)} < ${p.n}u) ` : ''),
  };
}

function rightSide(p: ContractProblem, tile: QuadTile): Side {
  const turn = turnOf(p);
  const { column, before } = columnsOf(p, tile);
  const step = (i: number): string => (i === 0 ? 'k' : `(k + ${i}u)`);
  if (p.quadsOfB === 'n') {
    return {
      before,
      loads: range(turn).flatMap((i) =>
        range(tile.columns / 4).map((q) => `let b_${i}_${q} = ${p.loadQuadB('matrix', step(i), `n_${q}`)};`),
      ),
      value: (c, i) => `b_${i}_${Math.floor(c / 4)}.${letters[c % 4]}`,
    };
  }
  const vector = p.quadsOfB === 'k';
  return {
    before,
    loads: range(tile.columns).flatMap((c) =>
      vector
        ? [`let b_${c} = ${p.loadQuadB('matrix', 'k', column(c))};`]
        : range(turn).map((i) => `let b_${i}_${c} = ${p.loadB('matrix', step(i), column(c))};`),
    ),
    value: (c, i) => (vector ? `b_${c}.${letters[i]}` : `b_${i}_${c}`),
  };
}

/**
 * Stores and their epilogues stand in a loop over rows: once for each sum they would make most of the program, and of its
 * compile time. No loop starts at a constant: a software adapter would see its length and unroll it.
 */
function storing(p: ContractProblem, tile: QuadTile): string[] {
  const { rows, columns } = tile;
  const { strips, column, inside } = columnsOf(p, tile);
  const vector = p.quadsOfOut !== undefined;
  const alongRows = p.quadsOfOut === 'm';
  const height = alongRows ? 4 : 1;
  const width = p.quadsOfOut === 'n' ? 4 : 1;
  const lines = [`var sums: array<${vector ? 'vec4<f32>' : 'f32'}, ${(rows * columns) / (vector ? 4 : 1)}>;`];
  const across = columns / width;
  for (const r of range(rows / height)) {
    for (const c of range(across)) {
      const parts = range(4).map((j) => (alongRows ? `s_${r * 4 + j}_${c}` : `s_${r}_${c * 4 + j}`));
      lines.push(`sums[${r * across + c}] = ${vector ? `vec4<f32>(${parts})` : `s_${r}_${c}`};`);
    }
  }
  lines.push(`let last = min(m0 + ${rows}u, ${p.m}u);`, `for (var row = m0; row < last; row += ${height}u) {`);
  const at = height === 1 ? '(row - m0)' : '((row - m0) / 4u)';
  for (const c of range(across)) {
    const strip = width === 4 ? c : strips ? Math.floor(c / 4) : c;
    const n = width === 4 ? `n_${c}` : column(c);
    const store = vector ? p.storeQuad : p.store;
    lines.push(
      `${inside(strip)}{`,
      `let acc = sums[${at} * ${across}u + ${c}u];`,
      ...store('matrix', 'row', n, 'acc'),
      '}',
    );
  }
  return [...lines, '}'];
}

/** The stage that sums, whole or in parts; a part stores plain sums to `scratch`. */
export function quadStage(problem: ContractProblem, tile: QuadTile, scratch: string | undefined): KernelStage {
  const p = scratch === undefined ? problem : partialSum(problem, scratch, 'part');
  const { rows, columns, lanes, parts } = tile;
  const turn = turnOf(p);
  const down = Math.ceil(p.m / rows);
  const across = Math.ceil(p.n / (lanes * columns));
  const workgroups = parts * p.batch * down * across;
  const depth = Math.ceil(p.k / parts / turn) * turn;
  const [left, right] = [leftSide(p, tile), rightSide(p, tile)];
  const body = [
    `@compute @workgroup_size(${lanes})`,
    'fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {',
    `let id = ${workgroupId};`,
    `if (id >= ${workgroups}u) { return; }`,
    `let n0 = (id % ${across}u) * ${lanes * columns}u;`,
    `let m0 = ((id / ${across}u) % ${down}u) * ${rows}u;`,
    `let matrix = (id / ${across * down}u) % ${p.batch}u;`,
    `let part = id / ${across * down * p.batch}u;`,
    ...left.before,
    ...right.before,
    ...range(rows).flatMap((r) => range(columns).map((c) => `var s_${r}_${c} = 0.0;`)),
    `let end = min((part + 1u) * ${depth}u, ${p.k}u);`,
    // Indices are computed whole in each turn: what does not change in them would, kept across turns, be stored and loaded
    // in each as the sums are, which costs more than the divisions of a convolution's index.
    `for (var k = part * ${depth}u; k < end; k += ${turn}u) {`,
    ...left.loads,
    ...right.loads,
    // One sum after the other, so that each stays in a register over the turn.
    ...range(rows).flatMap((r) => [
      ...range(turn).map((i) => `let x_${r}_${i} = ${left.value(r, i)};`),
      ...range(columns).flatMap((c) =>
        range(turn).map((i) => `s_${r}_${c} = fma(x_${r}_${i}, ${right.value(c, i)}, s_${r}_${c});`),
      ),
    ]),
    '}',
    ...storing(p, tile),
    '}',
  ].join('\n');
  const { count, vector } = loadsOfTurn(p, tile).a;
  const loadedRows = (count * (vector ? 4 : 1)) / turn;
  const work = registerTilesWork(p, { rows, columns, lanes, loadedRows, parts });
  return { name: quadTileName(tile), body, workgroups, work, directives: 'enable subgroups;' };
}
