import type { DType } from './dtype';
import { type FlatTensor, flatState, type Layout } from './layout';
import { printShape, type Shape, sameShape } from './shape';
import { Tensor } from './tensor';
import { scalarTerm } from './term';

export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

export const f32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'f32' });
export const u32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'u32' });

/** One persistent tensor, or a flat vector of named ones. */
export type StateSpec = TensorSpec | Layout;

export interface ProgramSpec {
  /** Written by the caller before every run. */
  readonly inputs?: Readonly<Record<string, TensorSpec>>;
  /** Kept on the device between runs. */
  readonly state?: Readonly<Record<string, StateSpec>>;
  /** Names of f32 numbers written before every run. */
  readonly scalars?: readonly string[];
}

type StateValue<S> = S extends Layout ? FlatTensor : Tensor;

export interface ProgramArguments<S extends ProgramSpec> {
  readonly inputs: { readonly [K in keyof S['inputs']]: Tensor };
  readonly state: { readonly [K in keyof S['state']]: StateValue<NonNullable<S['state']>[K]> };
  readonly scalars: Readonly<Record<NonNullable<S['scalars']>[number], Tensor>>;
}

export interface ProgramResult {
  /** Tensors the caller can read after a run. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** New values of persistent tensors; all of them are taken at the end of the run. */
  readonly state?: Readonly<Record<string, Tensor>>;
}

/** A program as a graph: what it reads, what it yields. */
export interface Graph {
  readonly spec: ProgramSpec;
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly assigns: Readonly<Record<string, Tensor>>;
}

const isLayout = (spec: StateSpec): spec is Layout => 'segments' in spec;
export const stateShape = (spec: StateSpec): Shape => (isLayout(spec) ? [spec.size] : spec.shape);
export const stateType = (spec: StateSpec): DType => (isLayout(spec) ? 'f32' : spec.dtype);

/** A tensor of shape [] that holds the step scalar `name`. */
const stepScalar = (name: string): Tensor => new Tensor({ kind: 'map', term: scalarTerm(name), xs: [] }, [], 'f32');

/** Runs `build` once on symbolic tensors and keeps the graph it made. */
export function trace<const S extends ProgramSpec>(
  spec: S,
  build: (args: ProgramArguments<S>) => ProgramResult,
): Graph {
  const inputs = mapValues(spec.inputs ?? {}, (s, name) => new Tensor({ kind: 'input', name }, s.shape, s.dtype));
  const state = mapValues(spec.state ?? {}, (s, name) =>
    isLayout(s) ? flatState(name, s) : new Tensor({ kind: 'state', name, offset: 0 }, s.shape, s.dtype),
  );
  const scalars = Object.fromEntries((spec.scalars ?? []).map((name) => [name, stepScalar(name)]));
  const result = build({ inputs, state, scalars } as unknown as ProgramArguments<S>);
  const assigns = result.state ?? {};
  for (const [name, value] of Object.entries(assigns)) {
    const target = spec.state?.[name];
    if (!target) throw new RangeError(`state '${name}' is assigned but not declared`);
    if (!sameShape(stateShape(target), value.shape) || stateType(target) !== value.dtype) {
      throw new RangeError(
        `state '${name}' is ${stateType(target)} ${printShape(stateShape(target))}, assigned ${value.dtype} ${printShape(value.shape)}`,
      );
    }
  }
  return { spec, outputs: result.outputs ?? {}, assigns };
}

export const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  f: (value: A, key: string) => B,
): Record<string, B> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value, key)]));
