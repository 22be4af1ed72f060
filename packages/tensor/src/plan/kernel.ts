import type { Work } from '../lower/work';
import type { Place } from './memory';

/** Memory that a kernel is given. */
export interface KernelOperand {
  readonly place: Place;
  /** False where it only reads there. */
  readonly writable: boolean;
}

/**
 * One step of a plan.
 *
 * @typeParam Code what its target runs: the text of a shader, the body of a function
 */
export interface Kernel<Code = unknown> {
  /** Path of the op, as traced. */
  readonly label: string;
  /** The kind of kernel and its sizes, the same for equal kernels: `contract 1x1568x256x64 rows 32x16`. */
  readonly form: string;
  /** In the order in which the code counts them. */
  readonly operands: readonly KernelOperand[];
  /** Parts that may run side by side, in the target's own measure: workgroups of a GPU. */
  readonly items: number;
  readonly work: Work;
  /**
   * Present where it does nothing but lay out the one operand that it reads for other kernels, in memory that it writes
   * whole: the same as long as that operand is.
   */
  readonly layout?: true;
  readonly code: Code;
}
