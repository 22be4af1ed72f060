/**
 * What a kernel does, over all its invocations. A multiply-add is two operations, an exponential, root or division one;
 * index arithmetic, workgroup memory and subgroup operations are not counted. Loads and stores are those of
 * elements of buffers that invocations issue, conversions to 16-bit floats and back included: an element loaded twice counts twice, one loaded once and broadcast counts
 * once.
 */
export interface Work {
  readonly flops: number;
  readonly loads: number;
  readonly stores: number;
}

export const work = ({ flops = 0, loads = 0, stores = 0 }: Partial<Work>): Work => ({ flops, loads, stores });

/** The work of several parts together. */
export const sumWork = (...parts: readonly Work[]): Work =>
  parts.reduce(
    (a, b) => ({ flops: a.flops + b.flops, loads: a.loads + b.loads, stores: a.stores + b.stores }),
    work({}),
  );

/** The same work `times` times. Averages over branches and ragged loops come out whole again here. */
export const repeatWork = ({ flops, loads, stores }: Work, times: number): Work => ({
  flops: Math.round(flops * times),
  loads: Math.round(loads * times),
  stores: Math.round(stores * times),
});
