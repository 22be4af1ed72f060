import { type Ceilings, overlapOf } from '../../plan/cost/ceilings';
import { secondsEach } from '../../plan/cost/seconds-each';
import { type Body, f32x4, i32, type Value, type Variable, v128 } from '../assembler';
import type { Wasm } from '../backend';
import { endBasicBlock } from '../basic-block';
import { moduleOfKernels } from '../code';
import { repeatedCall } from './repeated-call';

type Vector = Value<'v128'>;

/** Sums that grow side by side, so that none waits for another; with what they are made of they fit the registers. */
const SUMS = 12;
/** Sums of a basic block, whose loads come before its arithmetic. */
const TOGETHER = 2;
/** Vectors of each item's own memory, which the nearest cache holds. */
const VECTORS = 21 * SUMS;
/** Turns of an item over its memory. */
const TURNS = 64;
/** Multiply-adds of each sum for a vector that is loaded, where both are measured: about as long as each other. */
const STEPS = 4;

const ITEMS = 64;
const ATTEMPTS = 10;
const ATTEMPT_SECONDS = 0.02;
const REPEATS = { kernel: 64, empty: 4096 };

/**
 * What threads and cores can do at best: vectors of multiply-adds in registers, loads of vectors from the nearest cache,
 * both together, and kernels that do nothing. Each is the best of some attempts; together they take about a second.
 */
export async function measureWasmCeilings(wasm: Wasm): Promise<Ceilings> {
  const { relaxed } = wasm.target;
  const bytes = 16 * (VECTORS + 4);
  const block = wasm.take(ITEMS * bytes, 'ceilings');
  const module = moduleOfKernels(wasm.heap.shared);
  const madd = (x: Vector, y: Vector, z: Vector): Vector =>
    relaxed ? f32x4.relaxedMadd(x, y, z) : f32x4.add(f32x4.mul(x, y), z);
  const kernel = (name: string, next: (b: Body, sum: Variable<'v128'>, load: () => Vector) => Vector) =>
    module.export(
      module.function(name, ['i32', 'i32', 'i32'], (b, from, to, memory) =>
        b.for(from, to, 1, (item) => {
          const own = b.let(i32.add(memory, i32.mul(item, bytes)));
          const sums = Array.from({ length: SUMS }, () => b.variable(v128.load(own, 16 * VECTORS)));
          b.for(0, TURNS, 1, () =>
            b.for(own, i32.add(own, 16 * VECTORS), 16 * SUMS, (at, leave) => {
              for (const [i, sum] of sums.entries()) {
                if (i > 0 && i % TOGETHER === 0) endBasicBlock(b, leave, at);
                b.set(
                  sum,
                  next(b, sum, () => v128.load(at, 16 * i)),
                );
              }
            }),
          );
          // Stored, so that nothing of the sums can be left out.
          b.store(
            own,
            sums.reduce<Vector>((x, y) => v128.or(x, y), f32x4.splat(0)),
            16 * VECTORS,
          );
        }),
      ),
    );
  kernel('multiply-adds', (_, sum) => madd(sum, sum, sum));
  kernel('loads', (_, sum, load) => v128.xor(sum, load()));
  kernel('both', (b, sum, load) => {
    let value = b.let(madd(sum, load(), sum));
    for (let step = 1; step < STEPS; step++) value = b.let(madd(value, value, value));
    return value;
  });
  module.export(module.function('nothing', ['i32', 'i32', 'i32'], () => undefined));
  const compiled = await WebAssembly.compile(module.bytes());
  try {
    const seconds = async (name: string, grain: number, items: number, mostRepeats: number): Promise<number> => {
      const call = { name, items, grain, args: [block.address] };
      const { measure, end } = await repeatedCall(wasm, compiled, call, mostRepeats);
      const each = await secondsEach(measure, { atLeastSeconds: ATTEMPT_SECONDS, mostRepeats, attempts: ATTEMPTS });
      end();
      return each;
    };
    const vectors = ITEMS * TURNS * VECTORS;
    const dispatchSeconds = await seconds('nothing', 1, 1, REPEATS.empty);
    const each = async (name: string): Promise<number> =>
      (await seconds(name, 1, ITEMS, REPEATS.kernel)) - dispatchSeconds;
    const [arithmetic, loads, both] = [await each('multiply-adds'), await each('loads'), await each('both')];
    return {
      flopsPerSecond: (8 * vectors) / arithmetic,
      loadsPerSecond: (4 * vectors) / loads,
      dispatchSeconds,
      counted: 'issued',
      overlap: overlapOf(STEPS * arithmetic, loads, both),
    };
  } finally {
    wasm.free(block);
  }
}
