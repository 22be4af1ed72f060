import { BYTES_PER_ELEMENT, storageBytes } from '../../ir/dtype';
import { sumWork, type Work } from '../../lower/work';
import type { Kernel } from '../kernel';
import type { Plan } from '../plan';
import type { Ceilings } from './ceilings';

/** What costs and floors are read from. */
export type Costed = Pick<Kernel, 'work' | 'operands'>;

/** What holds a kernel at its floor: arithmetic, loads and stores, or the dispatch itself. */
export type Bound = 'fma' | 'loads' | 'dispatch';

export interface Floor {
  readonly seconds: number;
  readonly bound: Bound;
}

/** One dispatch beside its floor. */
export interface ExplainedKernel {
  readonly label: string;
  readonly form: string;
  /** Parts that may run side by side: workgroups of a GPU. */
  readonly items: number;
  readonly work: Work;
  /** See {@link distinctBytes}. */
  readonly bytes: number;
  /** As measured; absent in an estimate. */
  readonly seconds?: number;
  readonly floorSeconds: number;
  /** seconds / floorSeconds; absent in an estimate. */
  readonly ratio?: number;
  readonly bound: Bound;
}

export interface Explanation {
  /** By the time above the floor, largest first; in an estimate by the floor. */
  readonly rows: readonly ExplainedKernel[];
  readonly total: {
    readonly work: Work;
    readonly bytes: number;
    /** Sum over the kernels, each measured by itself; absent in an estimate. */
    readonly seconds?: number;
    readonly floorSeconds: number;
    /** The floors if the shorter of arithmetic and loads were wholly hidden behind the longer. */
    readonly hiddenFloorSeconds: number;
  };
}

/**
 * Bytes that a dispatch has to move if every element goes to or from memory once: the sizes of its operands, or less
 * where it issues fewer loads and stores than that, as a gather from a large table does.
 */
export function distinctBytes({ work: { loads, stores }, operands }: Costed): number {
  const places = [...new Map(operands.map(({ place }) => [place.key, place])).values()];
  const elements = places.reduce((sum, { size }) => sum + size, 0);
  const bytes = places.reduce((sum, { size, storage }) => sum + size * storageBytes(storage), 0);
  const issued = loads + stores;
  return issued < elements ? (issued * bytes) / elements : bytes;
}

/**
 * The least time that a dispatch can take: its own cost, and behind it the longer of its arithmetic and its memory, with
 * what the adapter cannot hide of the shorter.
 */
export function floorOf(kernel: Costed, ceilings: Ceilings): Floor {
  const { flops, loads, stores } = kernel.work;
  const elements = ceilings.counted === 'issued' ? loads + stores : distinctBytes(kernel) / BYTES_PER_ELEMENT;
  const arithmetic = flops / ceilings.flopsPerSecond;
  const memory = elements / ceilings.loadsPerSecond;
  const dispatch = ceilings.dispatchSeconds;
  const busy = Math.max(arithmetic, memory) + (1 - (ceilings.overlap ?? 1)) * Math.min(arithmetic, memory);
  return { seconds: dispatch + busy, bound: dispatch > busy ? 'dispatch' : arithmetic > memory ? 'fma' : 'loads' };
}

/**
 * Every kernel of a plan beside its floor, worst first; those of layouts that are kept over runs are left out, as a warm run
 * leaves them out.
 *
 * @param times of the kernels in the plan's order, as `Program.profile` gives them; absent, floors alone: an
 *   estimate for the adapter that the ceilings describe and the plan was made for
 * @throws RangeError when there are not as many times as kernels
 */
export function explain(
  plan: Pick<Plan, 'kernels' | 'kept'>,
  ceilings: Ceilings,
  times?: readonly { readonly milliseconds: number }[],
): Explanation {
  if (times && times.length !== plan.kernels.length) {
    throw new RangeError(`${times.length} times for the ${plan.kernels.length} kernels of the plan`);
  }
  const first = plan.kept.length;
  const kernels = plan.kernels.slice(first);
  const rows = kernels.map((kernel, i): ExplainedKernel => {
    const { label, form, items } = kernel;
    const { seconds: floorSeconds, bound } = floorOf(kernel, ceilings);
    const row = { label, form, items, work: kernel.work, bytes: distinctBytes(kernel), floorSeconds, bound };
    if (!times) return row;
    const seconds = times[first + i]!.milliseconds / 1000;
    return { ...row, seconds, ratio: seconds / floorSeconds };
  });
  const excess = ({ seconds, floorSeconds }: ExplainedKernel): number =>
    seconds === undefined ? floorSeconds : seconds - floorSeconds;
  const sum = (of: (row: ExplainedKernel) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    rows: [...rows].sort((a, b) => excess(b) - excess(a)),
    total: {
      work: sumWork(...rows.map((row) => row.work)),
      bytes: sum((row) => row.bytes),
      floorSeconds: sum((row) => row.floorSeconds),
      hiddenFloorSeconds: kernels.reduce((total, k) => total + floorOf(k, { ...ceilings, overlap: 1 }).seconds, 0),
      ...(times && { seconds: sum((row) => row.seconds!) }),
    },
  };
}
