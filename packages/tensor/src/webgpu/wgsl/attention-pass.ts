/**
 * What the fused kernels of attention share. Each is a pass: every row of one side (queries or keys) meets all rows of
 * the other, a block of them in each turn, and sums up something of theirs. No matrix of queries by keys is stored.
 */

import type { AttentionSizes } from '../../lower/attention-sizes';
import { work } from '../../lower/work';
import type { AdapterProfile } from '../device/types';
import { perElement, workgroupsFor } from './assemble';
import { workgroupId } from './kernels/kernel';
import type { KernelRequest, Operand, Result, Stage } from './variant';

/** An argument [batch, rows, heads·width]. */
export interface HeadRows {
  readonly name: string;
  readonly operand: Operand;
  readonly rows: number;
  readonly width: number;
}

/** Where the sums of a pass go, in quads; a split pass keeps those of each part. */
export interface Target {
  quad(linear: string): string;
  store(linear: string, value: string): string;
}

/** The inner product of an own row and a partner. */
export interface Product {
  readonly own: HeadRows;
  readonly partner: HeadRows;
}

/** For each own row, the sum over partners of a coefficient times the partner's row. */
export interface Sum {
  /** The softmax weight, or the gradient that arrives at the product of the two rows. */
  readonly coefficient: 'weight' | 'slope';
  readonly partner: HeadRows;
  readonly target: Target;
}

/** Per query and head, [batch · heads, queries]: WGSL of an element, and loads that it issues. */
export interface PerQuery {
  load(linear: string): string;
  readonly loads: number;
}

/** What the backward knows of each query: the logarithm of its sum of exponentials, and the sum of do·o. */
export interface Saved {
  readonly of: 'own' | 'partner';
  readonly logSum: PerQuery;
  readonly along: PerQuery;
}

export interface PassShape {
  readonly matrices: number;
  readonly heads: number;
  readonly own: number;
  readonly partners: number;
  /** Widths of the products and of the sums. */
  readonly products: readonly number[];
  readonly sums: readonly number[];
}

/** Rows of both sides that one workgroup takes in a turn. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly lanes: number;
}

/** A pass in parts, each over `depth` partners of every row. */
export interface Split {
  readonly parts: number;
  readonly depth: number;
}

export interface Pass extends PassShape {
  readonly name: string;
  readonly scale: number;
  readonly split: Split;
  readonly operands: {
    readonly products: readonly Product[];
    readonly sums: readonly Sum[];
  };
  /** Absent, weights come from a running softmax, and `finish` writes what it leaves behind. */
  readonly saved?: Saved;
  readonly finish?: RowEnd;
}

/** What a running softmax leaves for each row: its maximum and its sum of exponentials shifted by that. */
export interface RowEnd {
  /** Sums are divided by the row's sum of exponentials. */
  readonly normalize: boolean;
  readonly stores: number;
  /** Statements for the row of linear index `at`. */
  store(at: string, top: string, total: string): string;
}

/** A family of kernels. */
export interface PassForm {
  readonly name: string;
  /** Sums lie in their targets while they grow. */
  readonly accumulates: boolean;
  /** The tile for a pass; none where it cannot be done. */
  tile(profile: AdapterProfile, shape: PassShape, online: boolean): Tile | undefined;
  stage(pass: Pass, tile: Tile): Stage;
}

/** Below every logit, and far enough from the lowest number that differences do not overflow. */
export const LOWEST = '-1e38';

/** Workgroups that keep an adapter busy, where there is enough to do. */
const ENOUGH_WORKGROUPS = { software: 32, gpu: 512 };
/** Turns of a part at least: sums of parts cost memory. */
const LEAST_TURNS = 8;

/** Few rows with many partners leave an adapter idle: their partners are split. */
export function splitOf({ software }: AdapterProfile, { matrices, own, partners }: PassShape, tile: Tile): Split {
  const groups = matrices * Math.ceil(own / tile.rows);
  const wanted = Math.ceil((software ? ENOUGH_WORKGROUPS.software : ENOUGH_WORKGROUPS.gpu) / groups);
  const turns = Math.ceil(partners / tile.columns);
  const each = Math.ceil(turns / Math.max(1, Math.min(wanted, Math.floor(turns / LEAST_TURNS))));
  return { parts: Math.ceil(turns / each), depth: each * tile.columns };
}

export const workgroupsOf = ({ matrices, own, split }: Pass, { rows }: Tile): number =>
  matrices * Math.ceil(own / rows) * split.parts;

/**
 * Statements that find the workgroup's rows from `first` on and its partners from `start` to `end`. `zero` is a 0 that the
 * compiler cannot see: software adapters unroll loops of known length, for seconds.
 */
export function passHead(pass: Pass, tile: Tile): string[] {
  const { matrices, heads, own, partners, split } = pass;
  const down = Math.ceil(own / tile.rows);
  const total = workgroupsOf(pass, tile);
  return [
    `let id = ${workgroupId};`,
    `if (id >= ${total}u) { return; }`,
    `let zero = id / ${total}u;`,
    `let first = (id % ${down}u) * ${tile.rows}u;`,
    `let matrix = (id / ${down}u) % ${matrices}u;`,
    `let part = id / ${down * matrices}u;`,
    `let batch = matrix / ${heads}u;`,
    `let head = matrix % ${heads}u;`,
    `let start = part * ${split.depth}u;`,
    `let end = min(start + ${split.depth}u, ${partners}u);`,
  ];
}

/** Linear index of the first element of a head's row. */
export const rowStart = (heads: number, { rows, width }: { rows: number; width: number }, row: string): string =>
  `((batch * ${rows}u + ${row}) * ${heads}u + head) * ${width}u`;

export const stageName = ({ name, matrices, own, partners, products, split }: Pass, tile: Tile): string =>
  `${name} ${matrices}x${own}x${partners}x${products[0]} by ${tile.rows}x${tile.columns}${split.parts > 1 ? ` in ${split.parts} parts` : ''}`;

/** Operations of a turn on what meets in it: terms of products and of sums, and what makes coefficients of products. */
export function turnFlops(pass: Pass, tile: Tile): number {
  const terms = [...pass.products, ...pass.sums].reduce((sum, width) => sum + 2 * width, 0);
  // Softmax: scale, maximum, difference, exponential. Backward: scale, two differences, exponential, two factors.
  const own = pass.saved ? 6 : 4;
  return tile.rows * tile.columns * (terms + own);
}

/** The result itself, or with several parts a buffer for each of them. */
export function targetOf(request: Pick<KernelRequest<unknown>, 'scratch'>, result: Result, size: number, split: Split) {
  if (split.parts === 1) {
    const target: Target = { quad: result.quad, store: result.storeQuad };
    return { target };
  }
  const buffer = request.scratch(split.parts * size, 4);
  const at = (linear: string): string => `${buffer}[(part * ${size}u + ${linear}) / 4u]`;
  const target: Target = { quad: at, store: (linear, value) => `${at(linear)} = ${value};` };
  return { target, parts: buffer };
}

/** The sum of the parts of a result. */
export function sumOfParts(name: string, result: Result, size: number, buffer: string, parts: number): Stage {
  const quads = size / 4;
  return {
    name: `${name} combine ${parts} parts`,
    body: perElement(
      quads,
      `  var sum = vec4<f32>();
  for (var at = i; at < ${parts * quads}u; at += ${quads}u) { sum += ${buffer}[at]; }
  ${result.storeQuad('i * 4u', 'sum')}`,
    ),
    workgroups: workgroupsFor(quads),
    work: work({ flops: parts * size, loads: parts * size, stores: size }),
  };
}

/** Sums of parts that each have a maximum of their own, brought to a common one. */
export function mergeOfParts(
  { batch, heads, queries, width }: AttentionSizes,
  [o, logSum]: readonly Result[],
  buffers: { readonly sums: string; readonly tops: string; readonly totals: string },
  parts: number,
): Stage {
  const rows = batch * heads * queries;
  const quads = (rows * width) / 4;
  const across = width / 4;
  const body = `  let quad = i % ${across}u;
  let head = (i / ${across}u) % ${heads}u;
  let query = (i / ${across * heads}u) % ${queries}u;
  let row = (i / ${across * heads * queries}u * ${heads}u + head) * ${queries}u + query;
  var top = ${LOWEST};
  for (var at = row; at < ${parts * rows}u; at += ${rows}u) { top = max(top, ${buffers.tops}[at]); }
  var total = 0.0;
  var sum = vec4<f32>();
  for (var part = i / ${quads}u; part < ${parts}u; part++) {
    let weight = exp(${buffers.tops}[part * ${rows}u + row] - top);
    total += weight * ${buffers.totals}[part * ${rows}u + row];
    sum += weight * ${buffers.sums}[part * ${quads}u + i];
  }
  ${o!.storeQuad('i * 4u', 'sum / total')}
${logSum!.wanted ? `  if (quad == 0u) { ${logSum!.store('row', 'top + log(total)')} }` : ''}`;
  return {
    name: `merge ${parts} parts`,
    body: perElement(quads, body),
    workgroups: workgroupsFor(quads),
    work: work({
      flops: quads * (13 * parts + 4),
      loads: quads * parts * 7,
      stores: rows * (width + Number(logSum!.wanted)),
    }),
  };
}

/** Σ do·o of each query and head, [batch · heads, queries]. */
export function alongStage(sizes: AttentionSizes, o: Operand, dO: Operand, buffer: string): Stage {
  const { batch, heads, queries, width } = sizes;
  const rows = batch * heads * queries;
  const body = `  let matrix = i / ${queries}u;
  let batch = matrix / ${heads}u;
  let head = matrix % ${heads}u;
  let base = ${rowStart(heads, { rows: queries, width }, `i % ${queries}u`)};
  var sum = 0.0;
  for (var c = i / ${rows}u; c < ${width}u; c += 4u) { sum += dot(${o.quad('base + c')}, ${dO.quad('base + c')}); }
  ${buffer}[i] = sum;`;
  return {
    name: `rows ${rows}x${width}`,
    body: perElement(rows, body),
    workgroups: workgroupsFor(rows),
    work: work({ flops: 2 * rows * width, loads: rows * width * (o.loads + dO.loads), stores: rows }),
  };
}

/** What a pass reads of it: slopes alone take the sums of do·o. */
export const savedOf = ({ saved, products }: Pass): ['logsum' | 'along', PerQuery][] =>
  saved
    ? [['logsum', saved.logSum], ...(products.length > 1 ? [['along', saved.along] as ['along', PerQuery]] : [])]
    : [];

/** Loads of one lane for what is saved of one query. */
export const savedLoads = (pass: Pass): number => savedOf(pass).reduce((sum, [, { loads }]) => sum + loads, 0);
