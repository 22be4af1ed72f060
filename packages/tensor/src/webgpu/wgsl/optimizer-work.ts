import { repeatWork, sumWork, type Work, work } from '../../lower/work';
import type { LambAttributes } from '../../ops/optimizer';
import type { KernelRequest } from './variant';

/** How the flat vectors are cut: workgroups, invocations of each, and partial norms of all and of each segment. */
export interface FlatBlocks {
  readonly blocks: number;
  readonly lanes: number;
  readonly parts: number;
  readonly partsOf: readonly number[];
  /** Invocations that read where the parts of a segment are. */
  readonly readers: number;
}

export interface FlatLambWork {
  readonly moments: Work;
  readonly ratios: Work;
  readonly update: Work;
}

/**
 * Work of the stages of a LAMB or AdamW step (without trust ratios) over flat vectors. Every element of a vector is
 * visited, gaps included, four neighbours at a time: what is the same for all four is loaded once. Each invocation reads
 * the bounds of its block.
 */
export function flatLambWork(
  request: KernelRequest<LambAttributes>,
  { blocks, lanes, parts, partsOf, readers }: FlatBlocks,
): FlatLambWork {
  const { segments } = request.attributes;
  const [w, g, m, v, average, lr, correction1, correction2, emaDecay] = request.inputs.map(({ loads }) => loads);
  const total = request.inputs[0]!.shape[0]!;
  const quads = total / 4;
  const adaptive = segments.some((s) => s.adapt);
  const averaged = request.outputs[3]!.wanted;
  const end = (s: number): number => segments[s + 1]?.offset ?? total;
  const decayed = segments.reduce((n, { offset, decay }, s) => n + (decay ? end(s) - offset : 0), 0);

  const invocations = repeatWork(work({ loads: 2 }), blocks * lanes);
  // m̂/(√v̂ + ε), and where weights decay a multiply-add; one entry of the table says where.
  const step = sumWork(
    work({ flops: 5 * total + 2 * decayed }),
    repeatWork(work({ loads: correction1! + correction2! + 1 }), quads),
  );
  const norms = sumWork(repeatWork(work({ flops: 4 }), total), work({ stores: 2 * parts }));
  const moments = repeatWork(work({ flops: 7, loads: w! + g! + m! + v!, stores: 2 }), total);
  const adapted = segments.reduce((n, { adapt }, s) => n + (adapt ? partsOf[s]! : 0), 0);
  const adaptedSegments = segments.filter(({ adapt }) => adapt).length;
  // Weights and both moments, and the average where there is one.
  const applied = work({ flops: 2, loads: w! + 2, stores: 1 });
  const scaled = work({ flops: Number(adaptive) });
  const averages = averaged ? work({ flops: 4, loads: average!, stores: 1 }) : work({});
  // The rate, the place and value of the trust ratio, and the decay of the average.
  const shared = work({ loads: lr! + (adaptive ? 2 : 0) + (averaged ? emaDecay! : 0) });
  return {
    moments: sumWork(invocations, moments, ...(adaptive ? [step, norms] : [])),
    ratios: work({
      flops: 2 * adapted + 3 * adaptedSegments,
      loads: readers * (segments.length + 2 * adaptedSegments) + 2 * adapted,
      stores: segments.length,
    }),
    update: sumWork(
      invocations,
      step,
      repeatWork(sumWork(applied, scaled, averages), total),
      repeatWork(shared, quads),
    ),
  };
}
