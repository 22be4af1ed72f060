import { type AttentionSizes, scaleOf } from '../../lower/attention-sizes';
import { f32x4, i32, type ModuleBuilder, minU } from '../assembler';
import { expOfWeight, log } from '../math/functions';
import { vectorTarget } from '../math/horner';
import {
  blockProduct,
  ints,
  panelProducts,
  panelsOf,
  pitchOf,
  queryBlock,
  sizesText,
  turnedPanels,
} from './attention-parts';
import {
  type Form,
  type FormFunction,
  type FormKernel,
  grainOfProducts,
  type Int,
  input,
  output,
  reads,
  takeOwnScratch,
  threadScratch,
  writes,
} from './form';
import type { RowOptions } from './layer-norm';
import { foldAll, loadOf, onlyRow, overRow, rowSum, slotsFor, storeOf } from './rows';
import { eitherLength, ROWS, tileLengths } from './tile';

/**
 * Inputs q, k, v; outputs o [batch, queries, heads·width] and the logarithm of each query's sum of exponentials
 * [batch, heads, queries]. An item is a block of queries of one head: their logits with all keys, softmax by rows, and the
 * product with v, in memory that stays in the cache of a core.
 */
export function attentionForm(sizes: AttentionSizes, { relaxed, wanted }: RowOptions): Form {
  const { batch, heads, queries, keys, depth, width } = sizes;
  const block = queryBlock(queries, keys);
  const items = batch * heads * Math.ceil(queries / block);
  const kept = threadScratch(pitchOf(keys) * (depth + block) + block);
  const products = batch * heads * queries * keys;
  const name = `attention ${sizesText(sizes)}`;
  const kernel: FormKernel = {
    name,
    items,
    grain: grainOfProducts(block * keys * (depth + width)),
    operands: [
      ...[0, 1, 2].map((i) => reads(input(i))),
      writes(output(0)),
      ...(wanted[1] ? [writes(output(1))] : []),
      writes(kept),
    ],
    work: {
      flops: products * (2 * depth + 2 * width + 5),
      loads: Math.round((products * (depth + width)) / 4),
      stores: products + batch * heads * queries * width,
    },
    write: (module) => writeForward(module, name, sizes, { relaxed, logSums: wanted[1]!, block, kept }),
  };
  return { kernels: [kernel] };
}

interface Way {
  readonly relaxed: boolean;
  readonly logSums: boolean;
  readonly block: number;
  /** Memory of a thread. */
  readonly kept: { readonly floats: number };
}

function writeForward(module: ModuleBuilder, name: string, sizes: AttentionSizes, way: Way): FormFunction {
  const { heads, queries, keys, depth, width } = sizes;
  const { relaxed, block } = way;
  const pitch = pitchOf(keys);
  const scale = scaleOf(sizes);
  const turn = turnedPanels(module, `${name} keys`, keys, depth, heads * depth);
  const logits = new Map(
    tileLengths(queries, ROWS).map((rows) => {
      const shape = { rows, rowStride: heads * depth, depth, relaxed, extra: 0 };
      const written = panelProducts(
        module,
        `${name} logits of ${rows}`,
        shape,
        () =>
          (b, { address, offset }, sums) =>
            b.store(address, f32x4.mul(sums, scale), offset),
        pitch,
      );
      return [rows, written] as const;
    }),
  );
  const softmax = softmaxRows(module, name, keys, way);
  const sum = blockProduct(module, `${name} values`, {
    totalRows: queries,
    columns: width,
    rowStride: pitch,
    depthStrideA: 1,
    depthStrideB: heads * width,
    resultStride: heads * width,
    relaxed,
    scaled: true,
  });
  const blocks = Math.ceil(queries / block);
  return module.function(name, ints(8 + Number(way.logSums)), (b, ...args) => {
    const [from, to, q, k, v, o, ...rest] = args as readonly Int[] as [Int, Int, Int, Int, Int, Int, ...Int[]];
    const panels = b.let(takeOwnScratch(rest, way.kept));
    const weights = b.let(i32.add(panels, 4 * pitch * depth));
    const factors = b.let(i32.add(weights, 4 * pitch * block));
    b.for(from, to, 1, (item) => {
      const matrix = b.let(i32.divU(item, blocks));
      const first = b.let(i32.mul(i32.remU(item, blocks), block));
      const rows = b.let(minU(i32.sub(i32.const(queries), first), i32.const(block)));
      const image = b.let(i32.divU(matrix, heads));
      const head = b.let(i32.remU(matrix, heads));
      const start = (base: Int, count: number, row: Int, size: number): Int => {
        const line = i32.add(i32.mul(image, count), row);
        return b.let(i32.add(base, i32.mul(i32.add(i32.mul(line, heads), head), 4 * size)));
      };
      b.call(turn, start(k, keys, i32.const(0), depth), panels, keys);
      const own = start(q, queries, first, depth);
      b.for(0, rows, ROWS, (row) => {
        eitherLength(b, i32.ltU(i32.sub(rows, row), ROWS), tileLengths(queries, ROWS), (height) => {
          const from = i32.add(own, i32.mul(row, 4 * heads * depth));
          b.call(logits.get(height)!, from, panels, i32.add(weights, i32.mul(row, 4 * pitch)), panelsOf(keys));
        });
      });
      const logSums = way.logSums ? [i32.add(rest[0]!, i32.shl(i32.add(i32.mul(matrix, queries), first), 2))] : [];
      b.call(softmax, weights, factors, rows, ...logSums);
      const target = start(o, queries, first, width);
      b.call(sum, weights, start(v, keys, i32.const(0), width), target, rows, keys, 0, factors);
    });
  });
}

/** (logits, factors, rows, addresses of logarithms): exponentials in place of logits, and what they are to be multiplied with. */
function softmaxRows(module: ModuleBuilder, name: string, keys: number, { relaxed, logSums }: Way) {
  return module.function(`${name} softmax`, ints(3 + Number(logSums)), (b, ...args) => {
    const [logits, factors, rows, logarithms] = args as readonly Int[] as [Int, Int, Int, Int];
    const target = vectorTarget(b, relaxed);
    const lowest = Number.NEGATIVE_INFINITY;
    b.for(0, rows, 1, (row) => {
      const line = b.let(i32.add(logits, i32.mul(row, 4 * pitchOf(keys))));
      const tops = slotsFor(b, keys, lowest);
      overRow(b, keys, (v) => {
        const values = onlyRow(loadOf(line, v), v.lanes, f32x4.splat(lowest));
        b.set(tops[v.slot]!, f32x4.pmax(tops[v.slot]!, values));
      });
      const top = foldAll(b, f32x4.pmax, tops);
      const total = rowSum(target, keys, (v) => {
        const e = b.let(expOfWeight(target, f32x4.sub(loadOf(line, v), top)));
        storeOf(b, line, v, e);
        return e;
      });
      const at = b.let(i32.shl(row, 2));
      b.storeLane(i32.add(factors, at), f32x4.div(1, total), 0);
      if (logSums) b.storeLane(i32.add(logarithms, at), f32x4.add(top, log(target, total)), 0);
    });
  });
}
