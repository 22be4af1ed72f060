import type { LambAttributes, OptimizerSegment } from '../../ops/optimizer';
import { f32, f32x4, i32, i32x4, type ModuleBuilder, select, v128 } from '../assembler';
import { vectorTarget } from '../math/horner';
import { ints } from './attention-parts';
import {
  type Form,
  type FormKernel,
  type FormMemory,
  type Int,
  input,
  output,
  reads,
  scratch,
  table,
  type Vector,
  writes,
} from './form';
import type { RowOptions } from './layer-norm';
import { foldAll } from './rows';

/** Elements of a block, whose norms are summed at once. */
const BLOCK = 4096;

/** Result i may be written over argument `LAMB_ALIASES[i]`. */
export const LAMB_ALIASES: Readonly<Record<number, number>> = { 0: 0, 1: 2, 2: 3, 3: 4 };

/** Whether the form takes these segments: they lie in order, from the start, and no four neighbours are of two of them. */
export const lambSupports = (segments: readonly OptimizerSegment[], total: number): boolean =>
  segments[0]?.offset === 0 &&
  total % 4 === 0 &&
  segments.every(
    ({ offset, size }, s) => offset % 4 === 0 && offset + size <= (segments[s + 1]?.offset ?? Number.POSITIVE_INFINITY),
  );

/** Words of a row of the table of blocks: first element, end, segment, ones where weight decay applies. */
const ROW = 4;

/** Blocks of one segment each; the gap behind it, where all is zero, goes with it, so that zeros are written there too. */
function blocksOf(segments: readonly OptimizerSegment[], total: number) {
  const rows: number[] = [];
  const firstBlock: number[] = [];
  for (const [s, { offset, decay }] of segments.entries()) {
    firstBlock.push(rows.length / ROW);
    const end = segments[s + 1]?.offset ?? total;
    for (let at = offset; at < end; at += BLOCK) {
      rows.push(at, Math.min(at + BLOCK, end), s, decay ? 0xffffffff : 0);
    }
  }
  firstBlock.push(rows.length / ROW);
  return { rows: Uint32Array.from(rows), firstBlock, count: rows.length / ROW };
}

/**
 * Inputs: flat w, g, m, v, average [total], then lr, 1/(1 − β1ᵗ), 1/(1 − β2ᵗ) and the average's decay, one element each;
 * outputs w, m, v, average after the step. Moments and norms by blocks, ratios by tensors, then the update; without a tensor
 * that has a ratio all of it is one pass.
 */
export function lambForm(total: number, attributes: LambAttributes, options: RowOptions): Form {
  return new Lamb(total, attributes, options).form();
}

type Blocks = ReturnType<typeof blocksOf>;

class Lamb {
  private readonly blocks: Blocks;
  private readonly blockTable: FormMemory;
  /** Of w, m, v and the average after the step; none where nobody reads it. */
  private readonly results: readonly (FormMemory | undefined)[];
  private readonly adaptive: boolean;

  constructor(
    private readonly total: number,
    private readonly attributes: LambAttributes,
    private readonly options: RowOptions,
  ) {
    this.blocks = blocksOf(attributes.segments, total);
    this.blockTable = table(this.blocks.rows);
    this.adaptive = attributes.segments.some(({ adapt }) => adapt);
    // The update reads both moments.
    this.results = [0, 1, 2, 3].map((i) => {
      if (options.wanted[i]) return output(i);
      return this.adaptive && (i === 1 || i === 2) ? scratch(total) : undefined;
    });
  }

  form(): Form {
    if (!this.adaptive) return { kernels: [this.kernel('step', undefined)] };
    const parts = scratch(2 * this.blocks.count);
    const ratios = scratch(this.attributes.segments.length);
    return { kernels: [this.kernel('moments', parts), this.ratioKernel(parts, ratios), this.kernel('update', ratios)] };
  }

  /**
   * A pass over all blocks. `step` computes everything, `moments` moments and norms, `update` the rest.
   * @param extra where norms go or ratios are
   */
  private kernel(pass: 'step' | 'moments' | 'update', extra: FormMemory | undefined): FormKernel {
    const { total, blocks } = this;
    const [w1, m1, v1, average] = this.results;
    const moments = [m1, v1];
    const first = pass !== 'update';
    const last = pass !== 'moments';
    const used: Readonly<Record<string, FormMemory | undefined>> = {
      table: this.blockTable,
      w: input(0),
      ...(first && { g: input(1), m: input(2), v: input(3) }),
      ...(last && average && { a: input(4), decay: input(8) }),
      ...(last && { lr: input(5) }),
      correction1: input(6),
      correction2: input(7),
      m1: moments[0],
      v1: moments[1],
      ...(last && { w1, average }),
      extra,
    };
    const names = Object.keys(used).filter((name) => used[name]);
    const written = new Set([
      ...(first ? ['m1', 'v1'] : []),
      'w1',
      'average',
      ...(pass === 'moments' ? ['extra'] : []),
    ]);
    const name = `lamb ${pass} ${total}`;
    return {
      name,
      items: blocks.count,
      grain: 1,
      operands: names.map((n) => (written.has(n) ? writes(used[n]!) : reads(used[n]!))),
      work: {
        flops: (first ? 19 : 0) * total + (last ? 14 : 0) * total,
        loads: ((first ? 4 : 3) + Number(last)) * total,
        stores: ((first ? 2 : 0) + (last ? 2 : 0)) * total,
      },
      write: (module) => this.writePass(module, name, names, { first, last }),
    };
  }

  private writePass(
    module: ModuleBuilder,
    name: string,
    names: readonly string[],
    has: { first: boolean; last: boolean },
  ) {
    const { beta1, beta2, epsilon, weightDecay } = this.attributes;
    return module.function(name, ints(2 + names.length), (b, from, to, ...addresses) => {
      const at = Object.fromEntries(names.map((n, i) => [n, addresses[i]!])) as Record<string, Int>;
      const target = vectorTarget(b, this.options.relaxed);
      const { madd } = target;
      const one = (n: string): Vector => b.let(v128.load32Splat(at[n]!));
      const [c1, c2] = [one('correction1'), one('correction2')];
      const lr = has.last ? one('lr') : undefined;
      const decay = at.decay && one('decay');
      b.for(from!, to!, 1, (block) => {
        const row = b.let(i32.add(at.table!, i32.mul(block, 4 * ROW)));
        const [begin, end] = [0, 4].map((o) => b.let(i32.shl(i32.load(row, o), 2))) as [Int, Int];
        const decays = b.let(i32x4.splat(i32.load(row, 12)));
        const segment = i32.load(row, 8);
        // The step's length, with the ratio of the tensor.
        const ratio = has.last && !has.first ? v128.load32Splat(i32.add(at.extra!, i32.shl(segment, 2))) : undefined;
        const length = lr && b.let(ratio ? f32x4.mul(lr, ratio) : lr);
        const norms = has.last ? [] : [b.variable(f32x4.splat(0)), b.variable(f32x4.splat(0))];
        b.for(begin, end, 16, (i) => {
          const load = (n: string): Vector => b.let(v128.load(i32.add(at[n]!, i)));
          const store = (n: string, value: Vector): void => {
            if (at[n]) b.store(i32.add(at[n], i), value);
          };
          const w = load('w');
          let [m1, v1]: Vector[] = [];
          if (has.first) {
            const g = load('g');
            m1 = b.let(madd(load('m'), beta1, f32x4.mul(g, 1 - beta1)));
            v1 = b.let(madd(load('v'), beta2, f32x4.mul(f32x4.mul(g, g), 1 - beta2)));
            store('m1', m1);
            store('v1', v1);
          } else [m1, v1] = [load('m1'), load('v1')];
          const root = f32x4.add(f32x4.sqrt(f32x4.mul(v1!, c2)), epsilon);
          const adam = f32x4.div(f32x4.mul(m1!, c1), root);
          const update = b.let(weightDecay === 0 ? adam : f32x4.add(adam, v128.and(decays, f32x4.mul(w, weightDecay))));
          const [ww, uu] = norms;
          if (ww && uu) {
            b.set(ww, madd(w, w, ww));
            b.set(uu, madd(update, update, uu));
          }
          if (!length) return;
          const next = b.let(f32x4.sub(w, f32x4.mul(update, length)));
          store('w1', next);
          if (decay) store('average', madd(load('a'), decay, f32x4.mul(next, f32x4.sub(1, decay))));
        });
        for (const [i, norm] of norms.entries()) {
          b.storeLane(i32.add(at.extra!, i32.shl(block, 3)), foldAll(b, f32x4.add, [norm]), 0, 4 * i);
        }
      });
    });
  }

  /** ‖w‖/‖u‖ of each tensor, of the sums of its blocks in order; 1 where either is 0 or there is to be none. */
  private ratioKernel(parts: FormMemory, ratios: FormMemory): FormKernel {
    const { segments } = this.attributes;
    const { firstBlock, count } = this.blocks;
    const rows = segments.flatMap(({ adapt }, s) => [firstBlock[s]!, adapt ? firstBlock[s + 1]! : firstBlock[s]!]);
    const name = `lamb ratios ${segments.length}`;
    return {
      name,
      items: segments.length,
      grain: 16,
      operands: [reads(table(Uint32Array.from(rows))), reads(parts), writes(ratios)],
      work: { flops: 2 * count + 3 * segments.length, loads: 2 * count, stores: segments.length },
      write: (module) =>
        module.function(name, ints(5), (b, from, to, bounds, sums, target) =>
          b.for(from, to, 1, (segment) => {
            const row = b.let(i32.add(bounds, i32.shl(segment, 3)));
            const [ww, uu] = [b.variable(f32.const(0)), b.variable(f32.const(0))];
            b.for(i32.load(row), i32.load(row, 4), 1, (block) => {
              const at = b.let(i32.add(sums, i32.shl(block, 3)));
              b.set(ww, f32.add(ww, f32.load(at)));
              b.set(uu, f32.add(uu, f32.load(at, 4)));
            });
            const both = i32.and(f32.gt(ww, 0), f32.gt(uu, 0));
            const ratio = f32.div(f32.sqrt(ww), f32.sqrt(uu));
            b.store(i32.add(target, i32.shl(segment, 2)), select(both, ratio, f32.const(1)));
          }),
        ),
    };
  }
}
