import type { DType } from '../../ir/dtype';
import type { Shape } from '../../ir/shape';
import type { Work } from '../../lower/work';
import type { Candidate, EXPANSION } from '../../plan/candidate';
import type { AdapterProfile } from '../device/types';

export interface Operand {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The WGSL expression of the element at a u32 linear (row-major) index. */
  load(linear: string): string;
  /** The vec4 of four elements from a linear index on, a multiple of 4; at best one load. */
  quad(linear: string): string;
  /** Loads that one `load` issues: 0 for a constant. */
  readonly loads: number;
}

export interface Result {
  readonly shape: Shape;
  /** False where nobody reads this result: the kernel may leave it out, or store it for its own later stages. */
  readonly wanted: boolean;
  /** The WGSL statement that stores `value` at a u32 linear (row-major) index. */
  store(linear: string, value: string): string;
  /** The same for four elements from a linear index on, a multiple of 4: `value` is a vec4. */
  storeQuad(linear: string, value: string): string;
  /** The WGSL expression of an element that an earlier stage stored. */
  load(linear: string): string;
  quad(linear: string): string;
}

export interface KernelRequest<A> {
  readonly profile: AdapterProfile;
  readonly attributes: A;
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Result[];
  /** The WGSL expression of the named step scalar. */
  scalar(name: string): string;
  /** A buffer of `elements` f32 that lives for this call only, an array of vec4 with width 4; returns its WGSL variable. */
  scratch(elements: number, width?: 1 | 4): string;
  /** A constant u32 table; returns its WGSL variable. */
  table(values: Uint32Array): string;
}

/** One dispatch: WGSL without binding declarations (the planner adds those the body names), and its workgroups. */
export interface Stage {
  /** What the stage is and its sizes, for tables. */
  readonly name: string;
  /** Lines that must come first, such as `enable subgroups;`. */
  readonly directives?: string;
  readonly body: string;
  readonly workgroups: number;
  readonly work: Work;
}

/** A call of a named meaning, as rules of choice see it. */
export interface CallShapes<A> {
  readonly attributes: A;
  readonly inputs: readonly { readonly shape: Shape }[];
}

/** Says where a meaning's expansion stands among its kernels, see {@link Candidate}. */
export interface ExpansionCandidate<A> {
  readonly name: typeof EXPANSION;
  /** False where the expansion is no choice as long as a kernel is. */
  suits(profile: AdapterProfile, call: CallShapes<A>): boolean;
}

/** A way to compute a named meaning; `named-kernels.ts` says which there are. */
export type NamedCandidate<A> = KernelVariant<A> | ExpansionCandidate<A>;

export const isKernel = <A>(candidate: NamedCandidate<A>): candidate is KernelVariant<A> => 'stages' in candidate;

/** A fast kernel of a named meaning, admitted by a differential test against its expansion. */
export interface KernelVariant<A> extends Pick<Candidate, 'name' | 'aliases' | 'accumulates'> {
  /** True where it can compute the call at all. */
  supports(request: CallShapes<A> & { readonly profile: AdapterProfile }): boolean;
  /**
   * False where a later candidate of the list is the better choice, or the expansion if there is none; absent, it suits
   * all adapters and calls.
   */
  suits?(profile: AdapterProfile, call: CallShapes<A>): boolean;
  stages(request: KernelRequest<A>): Stage[];
}
