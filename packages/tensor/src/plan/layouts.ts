import type { Kernel, KernelOperand } from './kernel';
import { Lives } from './lives';
import { boundBytes, bufferText, type Lifetime, type Place, place } from './memory';
import type { Target } from './target';

/** Kernels of a plan, in which no layout is made twice. */
export interface OnceLaidOut<Code> {
  /** Those that make kept layouts come first. */
  readonly kernels: readonly Kernel<Code>[];
  /** Bytes of each kept layout: `kernels[i]` makes layout i. */
  readonly kept: readonly number[];
  /** By kernel as given: the index of the one that does its work now. */
  readonly indices: readonly number[];
  /** By slot: as long as it has to live now; undefined where no kernel is given it any more. */
  readonly lifetimes: readonly (Lifetime | undefined)[];
}

/** The index of the kernel that makes a layout, of what it is, and where it lies. */
interface Layout {
  readonly maker: number;
  readonly source: Place;
  readonly at: Place;
}

/**
 * Makes equal layouts of a place once. Those of states that the program does not write, as of weights in sampling, are kept
 * over runs, in order, as many as the target has room for: the same memory until someone else writes the state. Others serve
 * until a kernel writes to what they are of, where no more lives at one time for that. Layouts alone: what is computed
 * is computed in every run.
 *
 * @param kernels in order, each temporary tensor in a slot of its own
 * @param lifetimes by slot
 * @param assigned states that the program writes
 * @param again whether layouts that are not kept serve more than once
 */
export function layOutOnce<Code>(
  kernels: readonly Kernel<Code>[],
  lifetimes: readonly Lifetime[],
  assigned: ReadonlySet<string>,
  { limits, keyOf }: Pick<Target<Code>, 'limits' | 'keyOf'>,
  again: boolean,
): OnceLaidOut<Code> {
  const kept: number[] = [];
  let room = limits.keptBytes;
  const placed = ({ buffer }: Place, result: Place): Place => {
    const bytes = boundBytes(result);
    if (buffer.kind !== 'state' || assigned.has(buffer.name) || bytes > room) return result;
    room -= bytes;
    const { size, dtype, storage } = result;
    return place({ kind: 'kept', index: kept.push(bytes) - 1 }, 0, size, dtype, storage);
  };

  const lives = new Lives(lifetimes);
  /** Layouts that hold, by what they are. */
  const known = new Map<string, Layout>();
  /** Where what was to be made in a slot lies now. */
  const moved = new Map<number, Place>();
  /** By kernel: the one that does its work. */
  const makers = kernels.map((kernel, i) => {
    const made = layoutOf(kernel);
    if (!made) {
      forget(known, kernel.operands);
      return i;
    }
    const { source, result, slot } = made;
    const key = `${keyOf(kernel.code)} of ${source.key}`;
    const before = known.get(key);
    if (again && before?.at.buffer.kind === 'slot' && lives.join(before.at.buffer.index, slot)) {
      moved.set(slot, before.at);
      return before.maker;
    }
    const layout = before?.at.buffer.kind === 'kept' ? before : { maker: i, source, at: placed(source, result) };
    known.set(key, layout);
    if (layout.at !== result) {
      moved.set(slot, layout.at);
      lives.drop(slot);
    }
    return layout.maker;
  });

  const now = (at: Place): Place => (at.buffer.kind === 'slot' && moved.get(at.buffer.index)) || at;
  const left = [...new Set(makers)].map((maker) => {
    const kernel = kernels[maker]!;
    const operands = kernel.operands.map(({ place: at, writable }) => ({ place: now(at), writable }));
    return { maker, kernel: { ...kernel, operands } };
  });
  const [first, others] = [true, false].map((wanted) => left.filter(({ kernel }) => makesKept(kernel) === wanted));
  const ordered = [...first!, ...others!];
  const index = new Map(ordered.map(({ maker }, i) => [maker, i]));
  return {
    kernels: ordered.map(({ kernel }) => kernel),
    kept,
    indices: makers.map((maker) => index.get(maker)!),
    lifetimes: lives.all,
  };
}

/** What a kernel lays out, if that is what it does. */
function layoutOf({ layout, operands }: Kernel) {
  const source = operands.find(({ writable }) => !writable)?.place;
  const result = operands.find(({ writable }) => writable)?.place;
  if (!layout || !source || result?.buffer.kind !== 'slot') return undefined;
  return { source, result, slot: result.buffer.index };
}

const makesKept = ({ operands }: Kernel): boolean =>
  operands.some(({ place: { buffer }, writable }) => writable && buffer.kind === 'kept');

/** Layouts of what a kernel writes hold no longer. */
function forget(known: Map<string, Layout>, operands: readonly KernelOperand[]): void {
  const written = new Set(
    operands.flatMap(({ place: { buffer }, writable }) => (writable ? [bufferText(buffer)] : [])),
  );
  for (const [key, { source }] of known) if (written.has(bufferText(source.buffer))) known.delete(key);
}
