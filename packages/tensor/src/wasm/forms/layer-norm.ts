import { type Body, f32x4, i32, minU, v128 } from '../assembler';
import { rsqrt } from '../math/functions';
import { type VectorTarget, vectorTarget } from '../math/horner';
import {
  type Form,
  type FormKernel,
  grainOf,
  type Int,
  input,
  output,
  reads,
  scratch,
  type Vector,
  writes,
} from './form';
import { ENOUGH_FLOATS, foldAll, loadOf, onlyRow, overRow, rowSum, slotsFor, storeOf } from './rows';

export interface RowSizes {
  readonly rows: number;
  readonly width: number;
}

/** How a form is written. */
export interface RowOptions {
  /** Whether the runtime multiplies and adds in one instruction. */
  readonly relaxed: boolean;
  /** Results that somebody reads. */
  readonly wanted: readonly boolean[];
}

const rowAddress = (base: Int, row: Int, width: number): Int => i32.add(base, i32.mul(row, 4 * width));

/**
 * Inputs x [rows, width], gamma, beta; outputs y, mean and 1/std [rows]. Mean and variance in two passes over the row, the
 * result in a third: no cancellation.
 */
export function layerNormForm({ rows, width }: RowSizes, epsilon: number, options: RowOptions): Form {
  const name = `layer norm ${rows}x${width}`;
  const [, meanWanted, rstdWanted] = options.wanted;
  const kept = [meanWanted, rstdWanted].filter(Boolean).length;
  const kernel: FormKernel = {
    name,
    items: rows,
    grain: grainOf(ENOUGH_FLOATS, width),
    operands: [
      ...[0, 1, 2].map((i) => reads(input(i))),
      ...[0, 1, 2].filter((i) => i === 0 || options.wanted[i]).map((i) => writes(output(i))),
    ],
    work: { flops: rows * (8 * width + 4), loads: 5 * rows * width, stores: rows * (width + kept) },
    write: (module) =>
      module.function(
        name,
        Array.from({ length: 6 + kept }, () => 'i32' as const),
        (b, ...args) => {
          const [from, to, x, gamma, beta, y, ...saved] = args as readonly Int[] as [
            Int,
            Int,
            Int,
            Int,
            Int,
            Int,
            ...Int[],
          ];
          const target = vectorTarget(b, options.relaxed);
          b.for(from, to, 1, (row) => {
            const line = b.let(rowAddress(x, row, width));
            const result = b.let(rowAddress(y, row, width));
            const mean = b.let(
              f32x4.mul(
                rowSum(target, width, (v) => loadOf(line, v)),
                1 / width,
              ),
            );
            const squares = slotsFor(b, width, 0);
            overRow(b, width, (v) => {
              const d = b.let(onlyRow(f32x4.sub(loadOf(line, v), mean), v.lanes));
              b.set(squares[v.slot]!, target.madd(d, d, squares[v.slot]!));
            });
            const variance = f32x4.mul(foldAll(b, f32x4.add, squares), 1 / width);
            const rstd = b.let(rsqrt(f32x4.add(variance, epsilon)));
            overRow(b, width, (v) => {
              const hat = f32x4.mul(f32x4.sub(loadOf(line, v), mean), rstd);
              storeOf(b, result, v, target.madd(hat, loadOf(gamma, v), loadOf(beta, v)));
            });
            const at = b.let(i32.shl(row, 2));
            const values = [...(meanWanted ? [mean] : []), ...(rstdWanted ? [rstd] : [])];
            for (const [i, value] of values.entries()) b.storeLane(i32.add(saved[i]!, at), value, 0);
          });
        },
      ),
  };
  return { kernels: [kernel] };
}

/** Rows whose parts of dgamma and dbeta are summed at once, at least, and parts at most. */
const PART = 16;
const PARTS = 64;
/** Floats from the sums of one part to the next's: a line more than there are, since lines that are a power of 2 apart share a place in the cache. */
const pitchOf = (size: number): number => 2 * size + 16;

/**
 * Inputs x [rows, width], gamma, mean and 1/std [rows], dy [rows, width]; outputs dx, dgamma, dbeta. Rows are taken in
 * parts: each gives dx and its own sums over rows, and a second kernel adds those up in order.
 */
export function layerNormBackwardForm({ rows, width }: RowSizes, options: RowOptions): Form {
  const [dxWanted, ...sumsWanted] = options.wanted;
  const sumOutputs = [1, 2].filter((i) => sumsWanted[i - 1]);
  const part = Math.max(PART, Math.ceil(rows / PARTS));
  const parts = Math.ceil(rows / part);
  const size = 4 * Math.ceil(width / 4);
  const sums = sumOutputs.length > 0 ? scratch(parts * pitchOf(size)) : undefined;
  const name = `layer norm backward ${rows}x${width}`;
  const first: FormKernel = {
    name,
    items: parts,
    grain: grainOf(ENOUGH_FLOATS, width * part),
    operands: [
      ...[0, 1, 2, 3, 4].map((i) => reads(input(i))),
      ...(dxWanted ? [writes(output(0))] : []),
      ...(sums ? [writes(sums)] : []),
    ],
    work: { flops: 13 * rows * width, loads: 5 * rows * width, stores: rows * width },
    write: (module) =>
      module.function(
        name,
        Array.from({ length: 7 + Number(dxWanted) + (sums ? 1 : 0) }, () => 'i32' as const),
        (b, ...args) => {
          const [from, to, ...addresses] = args as readonly Int[] as [Int, Int, ...Int[]];
          const rest = addresses.slice(5);
          const backward = new BackwardRows(vectorTarget(b, options.relaxed), width, addresses, {
            ...(dxWanted && { dx: rest[0]! }),
          });
          b.for(from, to, 1, (item) => {
            const own = sums && b.let(i32.add(rest.at(-1)!, i32.mul(item, 4 * pitchOf(size))));
            if (own) b.for(own, i32.add(own, 8 * size), 16, (at) => b.store(at, f32x4.splat(0)));
            const begin = b.let(i32.mul(item, part));
            const end = b.let(minU(i32.add(begin, part), i32.const(rows)));
            // Two rows at a time add up to the sums with one load and store.
            const pairs = b.let(i32.add(begin, i32.and(i32.sub(end, begin), -2)));
            b.for(begin, pairs, 2, (row) => backward.rows(row, 2, own));
            b.if(i32.ltU(pairs, end), () => backward.rows(pairs, 1, own));
          });
        },
      ),
  };
  if (!sums) return { kernels: [first] };
  return { kernels: [first, combineKernel({ width, size, parts }, sums, sumOutputs)] };
}

class BackwardRows {
  constructor(
    private readonly target: VectorTarget,
    private readonly width: number,
    /** x, gamma, mean, 1/std, dy */
    private readonly inputs: readonly Int[],
    private readonly outputs: { readonly dx?: Int },
  ) {}

  /** `count` rows from `row` on; their addends go to `sums`: dgamma, then dbeta. */
  rows(row: Int, count: number, sums: Int | undefined): void {
    const { width, target } = this;
    const { b } = target;
    const [x, gamma, mean, rstd, dy] = this.inputs as [Int, Int, Int, Int, Int];
    const lines = Array.from({ length: count }, (_, i) => {
      const at = b.let(i32.add(row, i));
      const line = {
        x: b.let(rowAddress(x, at, width)),
        dy: b.let(rowAddress(dy, at, width)),
        ...(this.outputs.dx && { dx: b.let(rowAddress(this.outputs.dx, at, width)) }),
        mean: b.let(v128.load32Splat(i32.add(mean, i32.shl(at, 2)))),
        rstd: b.let(v128.load32Splat(i32.add(rstd, i32.shl(at, 2)))),
      };
      return { ...line, ...(this.outputs.dx && this.means(line, gamma)) };
    });
    overRow(b, width, (v) => {
      const g = b.let(loadOf(gamma, v));
      const addends = lines.map((line) => {
        const up = b.let(loadOf(line.dy, v));
        const hat = b.let(f32x4.mul(f32x4.sub(loadOf(line.x, v), line.mean), line.rstd));
        if (line.dx) {
          const centred = f32x4.sub(f32x4.mul(up, g), line.slope!);
          storeOf(b, line.dx, v, f32x4.mul(line.rstd, f32x4.sub(centred, f32x4.mul(hat, line.along!))));
        }
        return { up, product: f32x4.mul(up, hat) };
      });
      if (!sums) return;
      const size = 4 * Math.ceil(width / 4);
      const place = i32.add(sums, v.at);
      const added = (offset: number, values: readonly Vector[]): void =>
        b.store(place, values.reduce(f32x4.add, v128.load(place, v.offset + offset)), v.offset + offset);
      added(
        0,
        addends.map(({ product }) => product),
      );
      added(
        4 * size,
        addends.map(({ up }) => up),
      );
    });
  }

  /** Means over the row of dy·gamma, and of that times the normed x. */
  private means(line: { x: Int; dy: Int; mean: Vector; rstd: Vector }, gamma: Int): { slope: Vector; along: Vector } {
    const { width, target } = this;
    const { b, madd } = target;
    const [slopes, alongs] = [slotsFor(b, width, 0), slotsFor(b, width, 0)];
    overRow(b, width, (v) => {
      const g = b.let(onlyRow(f32x4.mul(loadOf(line.dy, v), loadOf(gamma, v)), v.lanes));
      const centred = onlyRow(f32x4.sub(loadOf(line.x, v), line.mean), v.lanes);
      b.set(slopes[v.slot]!, f32x4.add(slopes[v.slot]!, g));
      b.set(alongs[v.slot]!, madd(g, centred, alongs[v.slot]!));
    });
    const along = f32x4.mul(foldAll(b, f32x4.add, alongs), line.rstd);
    return {
      slope: b.let(f32x4.mul(foldAll(b, f32x4.add, slopes), 1 / width)),
      along: b.let(f32x4.mul(along, 1 / width)),
    };
  }
}

/** dgamma and dbeta: the sums of all parts, four columns an item. */
function combineKernel(
  { width, size, parts }: { width: number; size: number; parts: number },
  sums: ReturnType<typeof scratch>,
  outputs: readonly number[],
): FormKernel {
  const name = `layer norm backward ${width} sum of ${parts} parts`;
  const columns = (b: Body, item: Int, lanes: number, source: Int, targets: readonly Int[]): void => {
    const at = b.let(i32.shl(item, 4));
    for (const [i, result] of outputs.entries()) {
      const place = b.let(i32.add(i32.add(source, at), 4 * size * (result - 1)));
      const sum = b.variable(v128.load(place));
      b.for(1, parts, 1, (p) => b.set(sum, f32x4.add(sum, v128.load(i32.add(place, i32.mul(p, 4 * pitchOf(size)))))));
      storeOf(b, targets[i]!, { at, offset: 0, lanes, slot: 0 }, sum);
    }
  };
  const items = size / 4;
  return {
    name,
    items,
    grain: grainOf(ENOUGH_FLOATS, 4 * parts),
    operands: [reads(sums), ...outputs.map((i) => writes(output(i)))],
    work: {
      flops: outputs.length * parts * width,
      loads: outputs.length * parts * width,
      stores: outputs.length * width,
    },
    write: (module) =>
      module.function(
        name,
        Array.from({ length: 3 + outputs.length }, () => 'i32' as const),
        (b, ...args) => {
          const [from, to, source, ...targets] = args as readonly Int[] as [Int, Int, Int, ...Int[]];
          b.for(from, to, 1, (item) => {
            const rest = width % 4;
            if (rest === 0) columns(b, item, 4, source, targets);
            else
              b.if(
                i32.eq(item, items - 1),
                () => columns(b, item, rest, source, targets),
                () => columns(b, item, 4, source, targets),
              );
          });
        },
      ),
  };
}
