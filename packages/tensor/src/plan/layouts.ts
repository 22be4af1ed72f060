import type { Kernel, KernelOperand } from './kernel';
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

/** What makes a layout, and where it lies. */
interface Layout<Code> {
  readonly maker: Kernel<Code>;
  readonly source: Place;
  readonly at: Place;
}

/**
 * Makes equal layouts of a place once. Those of states that the program does not write, as of weights in sampling, are kept
 * over runs, in order, as many as the target has room for: the same memory until someone else writes the state. Others serve
 * until a kernel writes to what they are of. Layouts alone: what is computed is computed in every run.
 *
 * @param kernels in order, each temporary tensor in a slot of its own
 * @param lifetimes by slot
 * @param assigned states that the program writes
 */
export function layOutOnce<Code>(
  kernels: readonly Kernel<Code>[],
  lifetimes: readonly Lifetime[],
  assigned: ReadonlySet<string>,
  { limits, keyOf }: Pick<Target<Code>, 'limits' | 'keyOf'>,
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

  /** Layouts that hold, by what they are. */
  const known = new Map<string, Layout<Code>>();
  const lives: (Lifetime | undefined)[] = [...lifetimes];
  /** Where what was made in a slot lies now. */
  const moved = new Map<number, Place>();
  const makers = kernels.map((kernel) => {
    const made = layoutOf(kernel);
    if (!made) {
      forget(known, kernel.operands);
      return kernel;
    }
    const { source, result, slot } = made;
    const key = `${keyOf(kernel.code)} of ${source.key}`;
    const layout = known.get(key) ?? { maker: kernel, source, at: placed(source, result) };
    known.set(key, layout);
    if (layout.at !== result) {
      const { buffer } = layout.at;
      const first = buffer.kind === 'slot' ? lives[buffer.index] : undefined;
      if (first && buffer.kind === 'slot') lives[buffer.index] = { ...first, to: Math.max(first.to, lives[slot]!.to) };
      lives[slot] = undefined;
      moved.set(slot, layout.at);
    }
    return layout.maker;
  });

  const now = (at: Place): Place => (at.buffer.kind === 'slot' && moved.get(at.buffer.index)) || at;
  const isKept = ({ operands }: Kernel<Code>): boolean =>
    operands.some((one) => one.writable && now(one.place).buffer.kind === 'kept');
  const all = [...new Set(makers)];
  const ordered = [...all.filter(isKept), ...all.filter((kernel) => !isKept(kernel))];
  const index = new Map(ordered.map((kernel, i) => [kernel, i]));
  return {
    kernels: ordered.map((kernel) => ({
      ...kernel,
      operands: kernel.operands.map(({ place: at, writable }) => ({ place: now(at), writable })),
    })),
    kept,
    indices: makers.map((kernel) => index.get(kernel)!),
    lifetimes: lives,
  };
}

function layoutOf<Code>({ layout, operands }: Kernel<Code>) {
  const source = operands.find(({ writable }) => !writable)?.place;
  const result = operands.find(({ writable }) => writable)?.place;
  if (!layout || !source || result?.buffer.kind !== 'slot') return undefined;
  return { source, result, slot: result.buffer.index };
}

/** Layouts of what a kernel writes hold no longer. */
function forget<Code>(known: Map<string, Layout<Code>>, operands: readonly KernelOperand[]): void {
  const written = new Set(
    operands.flatMap(({ place: { buffer }, writable }) => (writable ? [bufferText(buffer)] : [])),
  );
  for (const [key, { source }] of known) if (written.has(bufferText(source.buffer))) known.delete(key);
}
