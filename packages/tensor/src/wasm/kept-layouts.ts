import type { Plan } from '../plan/plan';
import type { WasmStore } from './store';

/** Which layouts a program has kept over runs, and whether they are still those of its states. */
export class KeptLayouts {
  private readonly states: readonly string[];
  /** Versions of the states when the layouts were made; none before the first run. */
  private made: readonly number[] | undefined;

  constructor(
    private readonly plan: Pick<Plan, 'kernels' | 'kept'>,
    private readonly store: WasmStore,
  ) {
    const read = plan.kernels.slice(0, plan.kept.length).flatMap(({ operands }) => operands);
    this.states = [...new Set(read.flatMap(({ place: { buffer } }) => (buffer.kind === 'state' ? [buffer.name] : [])))];
  }

  /**
   * The kernel that a run begins with, to be asked for when it is ordered: the first of all, or where no state that is kept was
   * written since the run before it, the first that makes no layout.
   */
  firstKernel(): number {
    const { made } = this;
    this.made = this.states.map((name) => this.store.version(name));
    return made && this.made.every((version, i) => version === made[i]) ? this.plan.kept.length : 0;
  }
}
