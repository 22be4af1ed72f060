import { factorOf } from '../../ir/index-value';
import { type Body, f32, i32, i32x4, type ModuleBuilder, minU, type Variable, v128 } from '../assembler';
import { writeCondition, writeIndex } from '../index-value';
import {
  type FormFunction,
  type FormKernel,
  type FormMemory,
  grainOf,
  type Int,
  reads,
  type Vector,
  writes,
} from './form';
import { type ContractOperand, type PanelLayout, panelLayout } from './operand';
import { eitherLength } from './tile';

/** Panels of an operand, over all batches. */
const panelsOf = ({ batch, rows }: ContractOperand, width: number): number => batch * Math.ceil(rows / width);

/** Floats that a packed operand takes. */
export const packedSize = (operand: ContractOperand, width: number): number =>
  panelsOf(operand, width) * width * operand.depth;

/** Elements of a call at least: some microseconds. */
const ENOUGH = 4096;
/**
 * Rows that lie side by side are copied so many at a time, or as many panels as fit: two lines of a cache at each step, which
 * may lie far apart.
 */
const TOGETHER = 32;

/**
 * Copies an operand into panels of `width` rows, [batch][panel][depth][width], in which a step of the product's inner loop
 * reads what lies side by side. The last panel of a batch is filled up with zeros.
 */
export function packKernel(
  operand: ContractOperand,
  width: number,
  source: FormMemory,
  target: FormMemory,
): FormKernel {
  const { batch, rows, depth } = operand;
  const layout = panelLayout(operand, width);
  const group = groupOf(operand, layout, width);
  const items = batch * Math.ceil(Math.ceil(rows / width) / group);
  const name = `pack ${batch}x${rows}x${depth} by ${width}`;
  return {
    name,
    items,
    grain: grainOf(ENOUGH, group * width * depth),
    operands: [reads(source), writes(target)],
    work: { flops: 0, loads: batch * rows * depth, stores: packedSize(operand, width) },
    layout: true,
    write: (module) => packFunction(module, name, operand, width, layout, group),
  };
}

/** Panels that are copied together. */
function groupOf({ rows }: ContractOperand, { rowStride, place }: PanelLayout, width: number): number {
  const beside = rowStride === 1 && !place.valid && factorOf(place.index, 'panel') === width;
  return beside && rows >= TOGETHER ? Math.floor(TOGETHER / width) : 1;
}

function packFunction(
  module: ModuleBuilder,
  name: string,
  operand: ContractOperand,
  width: number,
  layout: PanelLayout,
  group: number,
): FormFunction {
  const panels = Math.ceil(operand.rows / width);
  const groups = Math.ceil(panels / group);
  const rest = operand.rows % width;
  const bytes = 4 * width * operand.depth;
  const runs = operand.depth / layout.run;
  return module.function(name, ['i32', 'i32', 'i32', 'i32'], (b, from, to, source, target) =>
    b.for(from, to, 1, (item) => {
      const first = b.let(i32.mul(i32.remU(item, groups), group));
      const batch = b.let(i32.divU(item, groups));
      const write = (panel: Int): Variable<'i32'> =>
        b.variable(i32.add(target, i32.mul(i32.add(i32.mul(batch, panels), panel), bytes)));
      const eachRun = (panel: Int, copy: (outer: Int, write: Int) => void): void => {
        const at = write(panel);
        if (runs === 1) copy(i32.const(0), at);
        else
          b.for(0, runs, 1, (outer) => {
            copy(outer, at);
            b.set(at, i32.add(at, 4 * width * layout.run));
          });
      };
      const copy = (panel: Int, filled: number): void => {
        const panelCopy = new PanelCopy(b, layout, width, filled, { source, panel, batch });
        eachRun(panel, (outer, at) => panelCopy.run(outer, at));
      };
      const either = (panel: Int): void =>
        eitherLength(b, i32.eq(panel, panels - 1), rest ? [width, rest] : [width], (filled) => copy(panel, filled));
      if (group === 1) {
        either(first);
        return;
      }
      b.if(
        i32.leU(i32.add(first, group), Math.floor(operand.rows / width)),
        () => {
          const panelCopy = new PanelCopy(b, layout, width, width, { source, panel: first, batch });
          eachRun(first, (outer, at) => panelCopy.panels(outer, at, group, bytes));
        },
        () => b.for(first, minU(i32.add(first, group), i32.const(panels)), 1, either),
      );
    }),
  );
}

/** Where the elements of one step are: an address of the first row, or of each. */
type Sources = (row: number) => { readonly at: Int; readonly offset: number };

/** Copies steps of one panel, laid out in some way. */
export class PanelCopy {
  /** @param filled rows that there are; zeros follow */
  constructor(
    private readonly b: Body,
    private readonly layout: PanelLayout,
    private readonly width: number,
    private readonly filled: number,
    private readonly at: { readonly source: Int; readonly panel: Int; readonly batch: Int },
  ) {}

  /** Copies one run of steps to `write` and on. */
  run(outer: Int, write: Int): void {
    const { b, filled } = this;
    const { rowStride, place } = this.layout;
    if (rowStride !== undefined) {
      const address = this.address(outer, 0);
      const valid = place.valid && writeCondition(place.valid, this.variables(outer, 0));
      const copy = () => {
        const first = b.variable(address);
        this.steps([first], (row) => ({ at: first, offset: 4 * row * rowStride }), write);
      };
      if (valid) b.if(valid, copy, () => this.zeros(write, 0));
      else copy();
      return;
    }
    const rows = Array.from({ length: filled }, (_, row) => row);
    if (!place.valid) {
      const starts = rows.map((row) => b.variable(this.address(outer, row)));
      this.steps(starts, (row) => ({ at: starts[row]!, offset: 0 }), write);
      return;
    }
    // Rows of which some are outside are copied one by one.
    for (const row of rows) {
      b.if(
        writeCondition(place.valid, this.variables(outer, row)) ?? i32.const(1),
        () => this.oneRow(row, outer, write),
        () => this.oneRow(row, undefined, write),
      );
    }
    if (filled < this.width) this.zeros(write, filled);
  }

  /** Copies one run of steps of `count` panels whose rows lie side by side, each panel `bytes` behind the one before it. */
  panels(outer: Int, write: Int, count: number, bytes: number): void {
    const { b, width, layout } = this;
    const from = b.variable(this.address(outer, 0));
    this.loop([from], write, layout.run, 1, (to) => {
      for (let panel = 0; panel < count; panel++) {
        copyBeside(b, width, { address: from, offset: 4 * width * panel }, { address: to, offset: bytes * panel });
      }
    });
  }

  private variables(outer: Int, row: number) {
    const { panel, batch } = this.at;
    return { outer, panel, batch, row: i32.add(i32.mul(panel, this.width), row) };
  }

  private address(outer: Int, row: number): Int {
    return i32.add(this.at.source, i32.shl(writeIndex(this.layout.place.index, this.variables(outer, row)), 2));
  }

  /** A loop over steps, `count` of them, `by` at a time; `starts` go on with it. */
  private loop(
    starts: readonly Variable<'i32'>[],
    write: Int,
    count: number,
    by: number,
    each: (to: Int) => void,
  ): Int {
    const { b, width, layout } = this;
    const whole = count - (count % by);
    const end = b.let(i32.add(write, 4 * width * whole));
    b.for(write, end, 4 * width * by, (to) => {
      each(to);
      for (const start of starts) {
        b.set(start, i32.add(start, 4 * by * layout.depthStride));
      }
    });
    return end;
  }

  private steps(starts: readonly Variable<'i32'>[], sources: Sources, write: Int): void {
    const { b, width, filled } = this;
    const { run, depthStride, rowStride } = this.layout;
    const fours = rowStride !== 1 && depthStride === 1 && run >= 4;
    const zero = (to: Int, offset: number): void => {
      for (let r = filled; r < width; r++) b.store(to, f32.const(0), offset + 4 * r);
    };
    let next = write;
    if (fours) {
      next = this.loop(starts, write, run, 4, (to) => {
        let row = 0;
        for (; row + 4 <= filled; row += 4) {
          const lines = [0, 1, 2, 3].map((r) => {
            const { at, offset } = sources(row + r);
            return b.let(v128.load(at, offset));
          }) as [Vector, Vector, Vector, Vector];
          for (const [step, line] of transposed(b, lines).entries()) b.store(to, line, 4 * (step * width + row));
        }
        for (; row + 2 <= filled; row += 2) {
          const lines = [0, 1].map((r) => {
            const { at, offset } = sources(row + r);
            return b.let(v128.load(at, offset));
          }) as [Vector, Vector];
          for (const [i, steps] of pairs(b, lines).entries()) {
            for (const half of [0, 1] as const) b.storeHalf(to, steps, half, 4 * ((2 * i + half) * width + row));
          }
        }
        for (; row < filled; row++) {
          const { at, offset } = sources(row);
          const line = b.let(v128.load(at, offset));
          for (const lane of [0, 1, 2, 3] as const) b.storeLane(to, line, lane, 4 * (lane * width + row));
        }
        for (let step = 0; step < 4; step++) zero(to, 4 * step * width);
      });
    }
    const left = fours ? run % 4 : run;
    if (left === 0) return;
    this.loop(starts, next, left, 1, (to) => {
      if (rowStride === 1) {
        copyBeside(b, filled, { address: sources(0).at, offset: 0 }, { address: to, offset: 0 });
      } else {
        for (let row = 0; row < filled; row++) {
          const { at, offset } = sources(row);
          b.store(to, f32.load(at, offset), 4 * row);
        }
      }
      zero(to, 0);
    });
  }

  /** One row of a run, or where `outer` is none zeros. */
  private oneRow(row: number, outer: Int | undefined, write: Int): void {
    const { b, layout } = this;
    const from = outer && b.variable(this.address(outer, row));
    this.loop(from ? [from] : [], write, layout.run, 1, (to) => {
      b.store(to, from ? f32.load(from) : f32.const(0), 4 * row);
    });
  }

  /** Zeros in place of rows from `first` on. */
  private zeros(write: Int, first: number): void {
    const { b, width } = this;
    this.loop([], write, this.layout.run, 1, (to) => {
      let row = first;
      for (; row + 4 <= width; row += 4) b.store(to, i32x4.const(0, 0, 0, 0), 4 * row);
      for (; row < width; row++) b.store(to, f32.const(0), 4 * row);
    });
  }
}

interface Place {
  readonly address: Int;
  /** In bytes. */
  readonly offset: number;
}

/** Copies `count` floats that lie side by side. */
function copyBeside(b: Body, count: number, from: Place, to: Place): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) b.store(to.address, v128.load(from.address, from.offset + 4 * i), to.offset + 4 * i);
  for (; i + 2 <= count; i += 2) {
    b.storeHalf(to.address, v128.load64Zero(from.address, from.offset + 4 * i), 0, to.offset + 4 * i);
  }
  if (i < count) b.store(to.address, f32.load(from.address, from.offset + 4 * i), to.offset + 4 * i);
}

/** Lanes 0 of both vectors, and lanes 1; then lanes 2, and lanes 3. */
const pairs = (b: Body, [x, y]: readonly [Vector, Vector]): [Vector, Vector] => [
  b.let(i32x4.shuffle(x, y, [0, 4, 1, 5])),
  b.let(i32x4.shuffle(x, y, [2, 6, 3, 7])),
];

/** Lane j of vector i as lane i of vector j. */
function transposed(b: Body, [a, c, d, e]: readonly [Vector, Vector, Vector, Vector]): Vector[] {
  const [upper, lower] = [pairs(b, [a, c]), pairs(b, [d, e])];
  return [0, 1]
    .map((i) => [upper[i]!, lower[i]!] as const)
    .flatMap(([x, y]) => [i32x4.shuffle(x, y, [0, 1, 4, 5]), i32x4.shuffle(x, y, [2, 3, 6, 7])]);
}
