/** What an adapter can do at best. Measured, or known of an adapter that is not at hand. */
export interface Ceilings {
  /** f32 operations per second; a multiply-add is two. */
  readonly flopsPerSecond: number;
  /** 32-bit elements per second, loaded in the fastest way; see `counted`. */
  readonly loadsPerSecond: number;
  /** What one more dispatch costs, whatever it does. */
  readonly dispatchSeconds: number;
  /**
   * What `loadsPerSecond` bounds. 'issued': all loads and stores of all invocations, on software adapters, where the
   * instruction costs more than the memory. 'distinct': elements that memory has to deliver or take, on GPUs, whose
   * caches serve the rest.
   */
  readonly counted: 'issued' | 'distinct';
  /**
   * The part of the shorter of arithmetic and loads that is hidden behind the longer: 1, also where absent, if both go on
   * at full rate beside each other, as on a GPU; 0 if they wait for each other. On a CPU loads are many instructions,
   * and both need the same places to be issued from.
   */
  readonly overlap?: number;
}

/** See {@link Ceilings.overlap}; from the seconds of arithmetic alone, of loads alone, and of both in one kernel. */
export function overlapOf(arithmetic: number, loads: number, both: number): number {
  return Math.min(1, Math.max(0, (arithmetic + loads - both) / Math.min(arithmetic, loads)));
}
