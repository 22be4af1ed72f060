import type { RinConfig } from './config';
import { type Initializer, ones, varianceScaling, zeros } from './initializers';

/** One tensor of the network before it has values. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Initializer;
}

/** x·weight [in, out] + bias [out]. */
export function linearParameters(
  name: string,
  inner: number,
  outer: number,
  weight: Initializer = varianceScaling(inner, outer),
): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [inner, outer], init: weight },
    { name: `${name}.bias`, shape: [outer], init: zeros },
  ];
}

export function normParameters(name: string, width: number, gamma: Initializer = ones): ParameterSpec[] {
  return [
    { name: `${name}.gamma`, shape: [width], init: gamma },
    { name: `${name}.beta`, shape: [width], init: zeros },
  ];
}

/** Pre-norm MLP with one hidden layer of ratio·width. */
export function mlpParameters(name: string, width: number, ratio: number): ParameterSpec[] {
  return [
    ...normParameters(`${name}.ln`, width),
    ...linearParameters(`${name}.fc1`, width, ratio * width),
    ...linearParameters(`${name}.fc2`, ratio * width, width),
  ];
}

export interface AttentionSizes {
  /** Width of the stream that asks, and that the result is added to. */
  readonly query: number;
  /** Width of the stream that is attended to. */
  readonly context: number;
  /** heads · head width */
  readonly inner: number;
  readonly heads: number;
}

/** Projections q, k, v [in, inner] and o [inner, query], each with a bias. */
export function attentionParameters(
  name: string,
  { query, context, inner, heads }: AttentionSizes,
  rule: RinConfig['initializer'],
): ParameterSpec[] {
  const d = inner / heads;
  const into = (width: number): Initializer =>
    rule === 'keras2' ? varianceScaling(width * heads, width * d) : varianceScaling(width, inner);
  const out = rule === 'keras2' ? varianceScaling(heads * d, heads * query) : varianceScaling(inner, query);
  return [
    ...linearParameters(`${name}.q`, query, inner, into(query)),
    ...linearParameters(`${name}.k`, context, inner, into(context)),
    ...linearParameters(`${name}.v`, context, inner, into(context)),
    ...linearParameters(`${name}.o`, inner, query, out),
  ];
}
