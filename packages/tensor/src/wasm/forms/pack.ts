import { type Body, f32, i32, type ModuleBuilder, type Value, v128, type WasmFunction } from '../assembler';

/** How one operand of a batched product lies in memory; strides in elements, known when the kernel is written. */
export interface PackedOperand {
  readonly batch: number;
  /** Rows of the first operand, columns of the second. */
  readonly count: number;
  /** Length of the sums. */
  readonly depth: number;
  readonly batchStride: number;
  readonly stride: number;
  readonly depthStride: number;
}

/** Panels of an operand, over all batches: items of the kernel that packs it. */
export const panelsOf = ({ batch, count }: PackedOperand, width: number): number => batch * Math.ceil(count / width);

/** Floats that a packed operand takes. */
export const packedSize = (operand: PackedOperand, width: number): number =>
  panelsOf(operand, width) * width * operand.depth;

/**
 * Writes a kernel (from, to, source, target) that copies an operand into panels of `width` rows or columns, [panel][depth]
 * [width], in which a step of the product's inner loop reads what lies side by side. The last panel of a batch is filled up
 * with zeros.
 */
export function packKernel(
  module: ModuleBuilder,
  name: string,
  operand: PackedOperand,
  width: number,
): WasmFunction<readonly ['i32', 'i32', 'i32', 'i32'], undefined> {
  const { count, depth, batchStride, stride } = operand;
  const panels = Math.ceil(count / width);
  const rest = count % width;
  return module.function(name, ['i32', 'i32', 'i32', 'i32'], (b, from, to, source, target) =>
    b.for(from, to, 1, (item) => {
      const panel = b.let(i32.remU(item, panels));
      const start = i32.add(i32.mul(i32.divU(item, panels), batchStride), i32.mul(panel, width * stride));
      const read = b.let(i32.add(source, i32.shl(start, 2)));
      const write = b.let(i32.add(target, i32.mul(item, 4 * width * depth)));
      const whole = () => copyPanel(b, operand, width, width, read, write);
      if (rest === 0) whole();
      else b.if(i32.eq(panel, panels - 1), () => copyPanel(b, operand, width, rest, read, write), whole);
    }),
  );
}

/** @param filled rows or columns that there are; zeros follow */
function copyPanel(
  b: Body,
  { depth, stride, depthStride }: PackedOperand,
  width: number,
  filled: number,
  read: Value<'i32'>,
  write: Value<'i32'>,
): void {
  const zeros = (to: Value<'i32'>, steps: number): void => {
    for (let s = 0; s < steps; s++) for (let c = filled; c < width; c++) b.store(to, f32.const(0), 4 * (s * width + c));
  };
  const one = (from: Value<'i32'>, to: Value<'i32'>): void => {
    let c = 0;
    if (stride === 1) for (; c + 4 <= filled; c += 4) b.store(to, v128.load(from, 4 * c), 4 * c);
    for (; c < filled; c++) b.store(to, f32.load(from, 4 * c * stride), 4 * c);
    zeros(to, 1);
  };
  // Where the sums' elements are neighbours, four of them are loaded at once and laid into four steps.
  const four = (from: Value<'i32'>, to: Value<'i32'>): void => {
    for (let c = 0; c < filled; c++) {
      const x = b.let(v128.load(from, 4 * c * stride));
      for (const lane of [0, 1, 2, 3] as const) b.storeLane(to, x, lane, 4 * (lane * width + c));
    }
    zeros(to, 4);
  };
  const steps = stride !== 1 && depthStride === 1 ? 4 : 1;
  const fours = depth - (depth % steps);
  const from = b.variable(read);
  const end = b.let(i32.add(write, 4 * width * fours));
  const to = b.variable(write);
  const advance = (by: number): void => {
    b.set(from, i32.add(from, 4 * by * depthStride));
    b.set(to, i32.add(to, 4 * by * width));
  };
  b.if(i32.ltU(to, end), () =>
    b.loop((again) => {
      if (steps === 4) four(from, to);
      else one(from, to);
      advance(steps);
      b.branch(again, i32.ltU(to, end));
    }),
  );
  for (let s = fours; s < depth; s++) {
    one(from, to);
    advance(1);
  }
}
