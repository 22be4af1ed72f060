import type { AdapterProfile } from '../device/types';
import type { DType } from '../ir/dtype';
import type { Shape } from '../ir/shape';

export interface Operand {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The WGSL expression of the element at a u32 linear (row-major) index. */
  load(linear: string): string;
}

export interface Result {
  readonly shape: Shape;
  /** False where nobody reads this result: the kernel may leave it out, or store it for its own later stages. */
  readonly wanted: boolean;
  /** The WGSL statement that stores `value` at a u32 linear (row-major) index. */
  store(linear: string, value: string): string;
  /** The WGSL expression of an element that an earlier stage stored. */
  load(linear: string): string;
}

export interface KernelRequest<A> {
  readonly profile: AdapterProfile;
  readonly attributes: A;
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Result[];
  /** The WGSL expression of the named step scalar. */
  scalar(name: string): string;
  /** A buffer of `elements` f32 that lives for this call only; returns its WGSL variable. */
  scratch(elements: number): string;
  /** A constant u32 table; returns its WGSL variable. */
  table(values: Uint32Array): string;
}

/** One dispatch: WGSL without binding declarations (the planner adds those the body names), and its workgroups. */
export interface Stage {
  readonly name: string;
  /** Lines that must come first, such as `enable subgroups;`. */
  readonly directives?: string;
  readonly body: string;
  readonly workgroups: number;
}

/** A fast kernel of a named meaning, admitted by a differential test against its expansion. */
export interface KernelVariant<A> {
  readonly name: string;
  supports(request: { profile: AdapterProfile; attributes: A; inputs: readonly { shape: Shape }[] }): boolean;
  stages(request: KernelRequest<A>): Stage[];
  /** Result i may be written over argument `aliases[i]` element by element. */
  readonly aliases?: Readonly<Record<number, number>>;
}
