import type { DType, TypedArray } from '../ir/dtype';
import type { NamedCall, Tensor } from '../ir/tensor';
import type { Profile } from '../profile';
import type { Candidate } from './candidate';
import type { Group } from './fuse';
import type { Kernel } from './kernel';
import type { Place } from './memory';
import type { Choices, Decision } from './tune/site';

/** What a plan has to keep to. */
export interface TargetLimits {
  /** Buffers that one kernel may be given, the step scalars among them. */
  readonly operands: number;
  /** Bytes of the largest operand. */
  readonly operandBytes: number;
  /** Elements: an operand begins at a multiple of this in its buffer. */
  readonly alignment: number;
  /** One kernel may read some parts of a buffer and write others. */
  readonly sharedBuffers: boolean;
  /** Bytes of layouts that a program may keep over runs; 0 where each run makes its own. */
  readonly keptBytes: number;
}

/**
 * What a backend is to the planner: it says what a plan may rely on and writes the kernels. It needs no device, so that
 * programs can be planned where there is none.
 *
 * @typeParam Code what the target runs: the text of a shader, the body of a function
 */
export interface Target<Code = unknown> {
  /** Its kind: `webgpu`. */
  readonly name: string;
  readonly profile: Profile;
  /**
   * What tells it from others of its kind, as words: kernels that were fastest on one are not on another that differs in
   * any of them.
   */
  readonly identity: readonly string[];
  readonly limits: TargetLimits;
  /** The choices of kernels that come with the engine for it. */
  readonly defaults: Choices;
  /** Ways to compute a named call that it is able to, best first by rule; where it has none, the call is expanded. */
  candidates(call: NamedCall): readonly Candidate[];
  /** The kernels of one group. @throws RangeError when `values.variants` asks for what it cannot do */
  lower(group: Group, values: GroupValues): LoweredGroup<Code>;
  /** Equal exactly for kernels that are one once compiled. */
  keyOf(code: Code): string;
  /** Targets of its kind that between them use every kernel it has: what a digest of its kernels is made of. */
  samples(): readonly Target<Code>[];
}

export interface LoweredGroup<Code> {
  /** In the order in which they run. */
  readonly kernels: readonly Kernel<Code>[];
  /** Where there was a choice of how to compute the group, other than of a candidate of a named call. */
  readonly decision?: Decision;
}

/** What lowering a group asks of the plan that it becomes part of. */
export interface GroupValues {
  /** By the generic rules alone: the plain meaning, one element at a time. */
  readonly generic: boolean;
  /** Forms that are asked for, see `PlanOptions`. */
  readonly variants: Readonly<Record<string, string>>;
  /** The way to compute a named call. */
  candidateOf(call: Tensor): Candidate;
  /** Which of several ways to compute a meaning is taken, best first by rule. The meaning is spelled with its shapes. */
  choose<C extends { readonly name: string }>(
    meaning: string,
    candidates: readonly C[],
  ): { readonly decision: Decision; readonly candidate: C };
  /** True where the tensor is in memory and need not be computed. */
  isStored(t: Tensor): boolean;
  /** True where the values of `t`, a tensor in memory, are those of 16-bit floats. */
  isHalf(t: Tensor): boolean;
  /** Where the elements of `t` lie, in its own order. */
  placeOf(t: Tensor): Place;
  /** Where a step scalar lies: one element. */
  scalar(name: string): Place;
  /** Where constant data lies. */
  constant(values: TypedArray): Place;
  /** Memory for the kernels of the group at hand only. */
  scratch(elements: number, dtype: DType): Place;
  /** Takes back all that `scratch` gave to the group at hand: lowering begins anew. */
  dropScratch(): void;
}
