import { f32x4, i32 } from '../assembler';
import { exp } from '../math/functions';
import { vectorTarget } from '../math/horner';
import { type Form, type FormKernel, grainOf, type Int, input, output, reads, writes } from './form';
import type { RowSizes } from './layer-norm';
import { ENOUGH_FLOATS, foldAll, loadOf, onlyRow, overRow, rowSum, slotsFor, storeOf } from './rows';

const LOWEST = Number.NEGATIVE_INFINITY;

/** Input x [rows, width], output y: softmax over the last axis, shifted by the row's maximum. */
export function softmaxForm({ rows, width }: RowSizes, relaxed: boolean): Form {
  const name = `softmax ${rows}x${width}`;
  const kernel: FormKernel = {
    name,
    items: rows,
    grain: grainOf(ENOUGH_FLOATS, 4 * width),
    operands: [reads(input(0)), writes(output(0))],
    work: { flops: rows * (7 * width + 1), loads: 3 * rows * width, stores: 2 * rows * width },
    write: (module) =>
      module.function(name, ['i32', 'i32', 'i32', 'i32'], (b, from, to, x, y) => {
        const target = vectorTarget(b, relaxed);
        b.for(from, to, 1, (row) => {
          const [line, result] = [x, y].map((base) => b.let(i32.add(base, i32.mul(row, 4 * width)))) as [Int, Int];
          const tops = slotsFor(b, width, LOWEST);
          overRow(b, width, (v) => {
            const values = onlyRow(loadOf(line, v), v.lanes, f32x4.splat(LOWEST));
            b.set(tops[v.slot]!, f32x4.max(tops[v.slot]!, values));
          });
          const top = foldAll(b, f32x4.max, tops);
          const total = rowSum(target, width, (v) => {
            const e = b.let(exp(target, b.let(f32x4.sub(loadOf(line, v), top))));
            storeOf(b, result, v, e);
            return e;
          });
          const scale = b.let(f32x4.div(1, total));
          overRow(b, width, (v) => storeOf(b, result, v, f32x4.mul(loadOf(result, v), scale)));
        });
      }),
  };
  return { kernels: [kernel] };
}

/** Inputs y = softmax(x) and dy, both [rows, width]; output dx. */
export function softmaxBackwardForm({ rows, width }: RowSizes, relaxed: boolean): Form {
  const name = `softmax backward ${rows}x${width}`;
  const kernel: FormKernel = {
    name,
    items: rows,
    grain: grainOf(ENOUGH_FLOATS, width),
    operands: [reads(input(0)), reads(input(1)), writes(output(0))],
    work: { flops: 4 * rows * width, loads: 4 * rows * width, stores: rows * width },
    write: (module) =>
      module.function(name, ['i32', 'i32', 'i32', 'i32', 'i32'], (b, from, to, y, dy, dx) => {
        const target = vectorTarget(b, relaxed);
        b.for(from, to, 1, (row) => {
          const [line, up, result] = [y, dy, dx].map((base) => b.let(i32.add(base, i32.mul(row, 4 * width)))) as [
            Int,
            Int,
            Int,
          ];
          const dot = rowSum(target, width, (v) => f32x4.mul(loadOf(line, v), loadOf(up, v)));
          overRow(b, width, (v) => {
            storeOf(b, result, v, f32x4.mul(loadOf(line, v), f32x4.sub(loadOf(up, v), dot)));
          });
        });
      }),
  };
  return { kernels: [kernel] };
}
