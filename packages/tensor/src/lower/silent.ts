import { type Condition, constantIndex, flattened } from '../ir/index-value';
import { Emitter, type Memory } from './emitter';
import type { Accumulator, Writer } from './writer';

/** Expressions are told apart, and are nothing else. */
type Nothing = Readonly<Record<never, never>>;

const fresh = (): Nothing => ({});
const silence = (): void => {};

const always = (condition: Condition): boolean =>
  condition.every(({ x, from, count }) => {
    const { constant, terms } = flattened(x);
    return terms.length === 0 && constant >= from && constant < from + count;
  });

const accumulator = (): Accumulator<Nothing> => ({ value: fresh(), fold: silence, addProduct: silence });

let names = 0;
const name = (): string => `silent${names++}`;

/** A writer whose kernels are thrown away. */
const silent: Writer<Nothing> = {
  lanes: [0, 1, 2, 3],
  four: { load: fresh, lane: fresh, splat: fresh },
  constant: fresh,
  unary: fresh,
  binary: fresh,
  compare: fresh,
  select: fresh,
  cast: fresh,
  index: fresh,
  where: (condition, yes) => (always(condition) ? yes : fresh()),
  name: (_, given) => given ?? name(),
  nameOf: name,
  load: fresh,
  scalar: fresh,
  store: silence,
  storeFour: silence,
  keep: silence,
  kept: ({ width }) => Array.from({ length: width }, fresh),
  bind: (x) => x,
  free: (x) => x,
  half: fresh,
  random: fresh,
  accumulator,
  loop: (_, __, body) => body(),
  when: (_, body) => body(),
  part: ({ size }) => ({ to: constantIndex(size) }),
};

/** An emitter that counts: what it takes to compute something is known before the kernel that does it is written. */
export const counting = (memory: Memory): Emitter<Nothing> => new Emitter(memory, silent);
