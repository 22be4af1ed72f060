import { type AttentionSizes, scaleOf } from '../../lower/attention-sizes';
import { type Body, f32x4, i32, type ModuleBuilder, minU, v128 } from '../assembler';
import { expOfWeight } from '../math/functions';
import { vectorTarget } from '../math/horner';
import {
  blockProduct,
  type Calls,
  ints,
  panelProducts,
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
import { loadOf, rowSum } from './rows';
import { eitherLength, ROWS, tileLengths } from './tile';

/** Keys whose products with a block of queries are kept at a time: all, if they are not many. */
const MOST_KEYS = 512;
const KEY_BLOCK = 256;

/**
 * Inputs q, k, v, o, the logarithms of sums [batch, heads, queries] and do; outputs dq, dk, dv. An item is one head of one
 * batch entry: for each block of queries and keys the weights and what arrives at the logits, once, and from them the three sums,
 * which grow in the outputs from block to block.
 */
export function attentionBackwardForm(sizes: AttentionSizes, options: RowOptions): Form {
  const { batch, heads, queries, keys, depth, width } = sizes;
  const { relaxed, wanted } = options;
  const keyBlock = keys <= MOST_KEYS ? keys : KEY_BLOCK;
  const block = queryBlock(queries, keyBlock);
  const pitch = pitchOf(keyBlock);
  const kept = threadScratch(pitch * (depth + width + 2 * block) + block);
  const products = batch * heads * queries * keys;
  const name = `attention backward ${sizesText(sizes)}`;
  const results = [0, 1, 2].filter((i) => wanted[i]);
  const kernel: FormKernel = {
    name,
    items: batch * heads,
    grain: grainOfProducts(queries * keys * (3 * depth + 2 * width)),
    operands: [
      ...[0, 1, 2, 3, 4, 5].map((i) => reads(input(i))),
      ...results.map((i) => writes(output(i))),
      writes(kept),
    ],
    work: {
      flops: products * (6 * depth + 4 * width + 8),
      loads: Math.round((products * (3 * depth + 2 * width)) / 4),
      stores: 2 * products + batch * heads * (queries * depth + keys * (depth + width)),
    },
    write: (module) => new Backward(module, name, sizes, { relaxed, results, keyBlock, block, kept }).write(),
  };
  return { kernels: [kernel] };
}

interface Way {
  readonly relaxed: boolean;
  /** Outputs that are wanted: 0 dq, 1 dk, 2 dv. */
  readonly results: readonly number[];
  readonly keyBlock: number;
  readonly block: number;
  /** Memory of a thread. */
  readonly kept: { readonly floats: number };
}

/** Functions of (rows of q or do, panels, target, count of panels, ...), by the number of rows. */
type ByRows = ReadonlyMap<number, Calls>;

class Backward {
  private readonly pitch: number;
  private readonly scale: number;

  constructor(
    private readonly module: ModuleBuilder,
    private readonly name: string,
    private readonly sizes: AttentionSizes,
    private readonly way: Way,
  ) {
    this.pitch = pitchOf(way.keyBlock);
    this.scale = scaleOf(sizes);
  }

  write(): FormFunction {
    const { module, name, sizes, way, pitch } = this;
    const { heads, queries, keys, depth, width } = sizes;
    const { results, block, keyBlock } = way;
    const slopes = results.some((i) => i < 2);
    const turnKeys = turnedPanels(module, `${name} keys`, keys, depth, heads * depth);
    const turnValues = slopes ? turnedPanels(module, `${name} values`, keys, width, heads * width) : undefined;
    const weightsOf = this.weights();
    const slopesOf = slopes ? this.slopes() : undefined;
    const along = slopes ? this.along() : undefined;
    const sums = this.sums();
    return module.function(name, ints(10 + results.length), (b, ...args) => {
      const [from, to, q, k, v, o, logSums, dO, ...rest] = args as readonly Int[] as [
        ...[Int, Int, Int, Int, Int, Int, Int, Int],
        ...Int[],
      ];
      const turnedK = b.let(takeOwnScratch(rest, way.kept));
      const turnedV = b.let(i32.add(turnedK, 4 * pitch * depth));
      const weights = b.let(i32.add(turnedV, 4 * pitch * width));
      const slope = b.let(i32.add(weights, 4 * pitch * block));
      const dots = b.let(i32.add(slope, 4 * pitch * block));
      const outputs = new Map(results.map((result, i) => [result, rest[i]!]));
      b.for(from, to, 1, (matrix) => {
        const image = b.let(i32.divU(matrix, heads));
        const head = b.let(i32.remU(matrix, heads));
        const start = (base: Int, count: number, row: Int, size: number): Int => {
          const line = i32.add(i32.mul(image, count), row);
          return b.let(i32.add(base, i32.mul(i32.add(i32.mul(line, heads), head), 4 * size)));
        };
        b.for(0, keys, keyBlock, (key) => {
          const keyRows = b.let(minU(i32.sub(i32.const(keys), key), i32.const(keyBlock)));
          const panels = b.let(i32.shrU(i32.add(keyRows, 7), 3));
          const [ks, vs] = [start(k, keys, key, depth), start(v, keys, key, width)];
          b.call(turnKeys, ks, turnedK, keyRows);
          if (turnValues) b.call(turnValues, vs, turnedV, keyRows);
          b.for(0, queries, block, (first) => {
            const rows = b.let(minU(i32.sub(i32.const(queries), first), i32.const(block)));
            const [qs, ups] = [start(q, queries, first, depth), start(dO, queries, first, width)];
            const saved = b.let(i32.add(logSums, i32.shl(i32.add(i32.mul(matrix, queries), first), 2)));
            if (along) b.call(along, ups, start(o, queries, first, width), dots, rows);
            this.eachTile(b, rows, (row, height) => {
              const at = i32.shl(row, 2);
              const line = i32.mul(row, 4 * pitch);
              const ownQ = i32.add(qs, i32.mul(row, 4 * heads * depth));
              const ownUp = i32.add(ups, i32.mul(row, 4 * heads * width));
              const made = b.let(i32.add(weights, line));
              b.call(weightsOf.get(height)!, ownQ, turnedK, made, panels, i32.add(saved, at));
              if (!slopesOf) return;
              const target = i32.add(slope, line);
              b.call(slopesOf.get(height)!, ownUp, turnedV, target, panels, i32.add(dots, at), made);
            });
            const onto = { query: b.let(i32.ne(first, 0)), key: b.let(i32.ne(key, 0)) };
            const dq = outputs.get(0);
            if (dq) b.call(sums.dq!, slope, ks, start(dq, queries, first, depth), rows, keyRows, onto.key);
            const dk = outputs.get(1);
            if (dk) b.call(sums.dk!, slope, qs, start(dk, keys, key, depth), keyRows, rows, onto.query);
            const dv = outputs.get(2);
            if (dv) b.call(sums.dv!, weights, ups, start(dv, keys, key, width), keyRows, rows, onto.query);
          });
        });
      });
    });
  }

  /** `each` for up to four rows at a time. */
  private eachTile(b: Body, rows: Int, each: (row: Int, height: number) => void): void {
    b.for(0, rows, ROWS, (row) => {
      const isLast = i32.ltU(i32.sub(rows, row), ROWS);
      eitherLength(b, isLast, tileLengths(this.sizes.queries, ROWS), (height) => each(row, height));
    });
  }

  private byRows(write: (rows: number) => Calls): ByRows {
    return new Map(tileLengths(this.sizes.queries, ROWS).map((rows) => [rows, write(rows)]));
  }

  /** Products with keys become weights: extra argument, where the rows' logarithms are. */
  private weights(): ByRows {
    const { heads, depth } = this.sizes;
    return this.byRows((rows) => {
      const shape = { rows, rowStride: heads * depth, depth, relaxed: this.way.relaxed, extra: 1 };
      return panelProducts(
        this.module,
        `${this.name} weights of ${rows}`,
        shape,
        (target, [logarithms]) => {
          const { b } = target;
          const own = Array.from({ length: rows }, (_, r) => b.let(f32x4.neg(v128.load32Splat(logarithms!, 4 * r))));
          return (_, { row, address, offset }, sums) => {
            b.store(address, expOfWeight(target, target.madd(sums, this.scale, own[row]!)), offset);
          };
        },
        this.pitch,
      );
    });
  }

  /** Products of do with values become what arrives at logits: extra arguments, where the rows' sums of do·o and weights are. */
  private slopes(): ByRows {
    const { heads, width } = this.sizes;
    return this.byRows((rows) => {
      const shape = { rows, rowStride: heads * width, depth: width, relaxed: this.way.relaxed, extra: 2 };
      return panelProducts(
        this.module,
        `${this.name} slopes of ${rows}`,
        shape,
        ({ b }, [dots, weights]) => {
          const own = Array.from({ length: rows }, (_, r) => b.let(v128.load32Splat(dots!, 4 * r)));
          return (_, { row, address, offset, column }, sums) => {
            const weight = v128.load(i32.add(weights!, column), offset);
            const slope = f32x4.mul(f32x4.sub(sums, own[row]!), weight);
            b.store(address, f32x4.mul(slope, this.scale), offset);
          };
        },
        this.pitch,
      );
    });
  }

  /** (do, o, target, rows): Σ do·o of each row. */
  private along(): Calls {
    const { heads, width } = this.sizes;
    return this.module.function(`${this.name} sums of do·o`, ints(4), (b, dO, o, dots, rows) => {
      const target = vectorTarget(b, this.way.relaxed);
      b.for(0, rows, 1, (row) => {
        const line = b.let(i32.mul(row, 4 * heads * width));
        const [up, own] = [b.let(i32.add(dO, line)), b.let(i32.add(o, line))];
        const sum = rowSum(target, width, (at) => f32x4.mul(loadOf(up, at), loadOf(own, at)));
        b.storeLane(i32.add(dots, i32.shl(row, 2)), sum, 0);
      });
    });
  }

  private sums() {
    const { queries, keys, heads, depth, width } = this.sizes;
    const { relaxed, results } = this.way;
    const byQuery = { totalRows: queries, rowStride: this.pitch, depthStrideA: 1, relaxed };
    const byKey = { totalRows: keys, rowStride: 1, depthStrideA: this.pitch, relaxed };
    const [ofDepth, ofWidth] = [depth, width].map((columns) => ({
      columns,
      depthStrideB: heads * columns,
      resultStride: heads * columns,
    })) as [Columns, Columns];
    const made = (index: number, name: string, product: typeof byQuery, columns: Columns): Calls | undefined =>
      results.includes(index)
        ? blockProduct(this.module, `${this.name} ${name}`, { ...product, ...columns })
        : undefined;
    return {
      dq: made(0, 'dq', byQuery, ofDepth),
      dk: made(1, 'dk', byKey, ofDepth),
      dv: made(2, 'dv', byKey, ofWidth),
    };
  }
}

interface Columns {
  readonly columns: number;
  readonly depthStrideB: number;
  readonly resultStride: number;
}
