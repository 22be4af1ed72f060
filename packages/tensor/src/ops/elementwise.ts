import type { DType } from '../ir/dtype';
import { broadcastShapes, printShape, sameShape, sizeOf } from '../ir/shape';
import { Tensor } from '../ir/tensor';
import * as term from '../ir/term';
import { arg, type Term, type TermLike } from '../ir/term';
import { expectWhole, naming } from './check';
import { broadcastTo } from './view';

export type TensorLike = Tensor | number;

/** The same definition reads as an operation on tensors (with broadcasting) and on scalar terms. */
export interface Elementwise1 {
  (x: Tensor): Tensor;
  (x: TermLike): Term;
}
export interface Elementwise2 {
  (x: Tensor, y: TensorLike): Tensor;
  (x: TensorLike, y: Tensor): Tensor;
  (x: TermLike, y: TermLike): Term;
}
export interface Elementwise3 {
  (x: Tensor, y: TensorLike, z: TensorLike): Tensor;
  (x: TermLike, y: TermLike, z: TermLike): Term;
}

type Elementwise<N extends Term[]> = N extends [Term]
  ? Elementwise1
  : N extends [Term, Term]
    ? Elementwise2
    : Elementwise3;

/**
 * Makes an elementwise operation from the term of one element. Oracle, gradient and WGSL follow from the term. Tensors
 * are broadcast to a common shape; numbers are constants of the other operands' type. A comparison yields u32 0 or 1.
 * Operands of an op are of one type, and functions other than arithmetic and comparisons are of f32.
 */
export function elementwise<N extends Term[]>(name: string, define: (...xs: N) => TermLike): Elementwise<N> {
  const onElements = define as (...xs: Term[]) => TermLike;
  const both = (...xs: (TensorLike | Term)[]): Tensor | Term =>
    xs.some((x) => x instanceof Tensor)
      ? mapTensors(name, onElements, xs as TensorLike[])
      : onTerms(onElements, xs as TermLike[]);
  return both as unknown as Elementwise<N>;
}

function onTerms(define: (...xs: Term[]) => TermLike, xs: readonly TermLike[]): Term {
  const typed = xs.find((x) => typeof x !== 'number') as Term | undefined;
  const dtype = typed && typed.type !== 'bool' ? typed.type : 'f32';
  return term.asTerm(define(...xs.map((x) => (typeof x === 'number' ? term.constant(x, dtype) : x))));
}

function mapTensors(name: string, define: (...xs: Term[]) => TermLike, xs: readonly TensorLike[]): Tensor {
  const tensors = xs.filter((x): x is Tensor => x instanceof Tensor);
  const dtype = tensors[0]!.dtype;
  const result = naming(name, () => {
    const terms = xs.map((x) =>
      typeof x === 'number' ? operandConstant(x, dtype) : arg(tensors.indexOf(x), tensors[tensors.indexOf(x)]!.dtype),
    );
    return term.asTerm(define(...terms));
  });
  return mapTerm(name, result, tensors);
}

function operandConstant(x: number, dtype: DType): Term {
  if (Number.isNaN(x)) throw new RangeError('an operand is NaN, expected a number');
  return term.constant(x, dtype);
}

/** The map of `result` over `tensors`, broadcast to a common shape. */
export function mapTerm(name: string, result: Term, tensors: readonly Tensor[]): Tensor {
  const shape = tensors.map((x) => x.shape).reduce((a, b) => broadcastShapes(a, b, name));
  const value = result.type === 'bool' ? term.cast(result, 'u32') : result;
  return new Tensor(
    { kind: 'map', term: value, xs: tensors.map((x) => (sameShape(x.shape, shape) ? x : broadcastTo(x, shape))) },
    shape,
    value.type as DType,
  );
}

// u32 counts modulo 2³²; there x/0 is x, and the remainder of a division by 0 is 0.
export const add = elementwise('add', (x, y) => term.binary('add', x, y));
export const sub = elementwise('sub', (x, y) => term.binary('sub', x, y));
export const mul = elementwise('mul', (x, y) => term.binary('mul', x, y));
export const div = elementwise('div', (x, y) => term.binary('div', x, y));
/** Remainder, of f32 with the sign of x. */
export const rem = elementwise('rem', (x, y) => term.binary('rem', x, y));
/** Elementwise minimum; at a tie the gradient goes to x. */
export const minimum = elementwise('minimum', (x, y) => term.binary('min', x, y));
/** Elementwise maximum; at a tie the gradient goes to x. */
export const maximum = elementwise('maximum', (x, y) => term.binary('max', x, y));
export const neg = elementwise('neg', (x) => term.unary('neg', x));
export const abs = elementwise('abs', (x) => term.unary('abs', x));
export const sign = elementwise('sign', (x) => term.unary('sign', x));
export const floor = elementwise('floor', (x) => term.unary('floor', x));
export const exp = elementwise('exp', (x) => term.unary('exp', x));
export const log = elementwise('log', (x) => term.unary('log', x));
export const sqrt = elementwise('sqrt', (x) => term.unary('sqrt', x));
/** 1/√x */
export const rsqrt = elementwise('rsqrt', (x) => term.unary('rsqrt', x));
export const tanh = elementwise('tanh', (x) => term.unary('tanh', x));
/** Error function; in WGSL a polynomial of ours with absolute error below 5e-7. */
export const erf = elementwise('erf', (x) => term.unary('erf', x));
export const square = elementwise('square', (x) => mul(x, x));
export const relu = elementwise('relu', (x) => maximum(x, 0));
/** 1/(1 + e^(−x)), through tanh so that no exponential overflows. */
export const sigmoid = elementwise('sigmoid', (x) => add(0.5, mul(0.5, tanh(mul(0.5, x)))));
/** x · sigmoid(x), also called swish. */
export const silu = elementwise('silu', (x) => mul(x, sigmoid(x)));
/** Gaussian error linear unit, exact form. Shape and dtype of x. Hendrycks & Gimpel 2016. */
export const gelu = elementwise('gelu', (x) => mul(mul(0.5, x), add(1, erf(mul(x, Math.SQRT1_2)))));
export const clamp = elementwise('clamp', (x, low, high) => minimum(maximum(x, low), high));

export const equal = elementwise('equal', (x, y) => term.compare('eq', x, y));
export const notEqual = elementwise('notEqual', (x, y) => term.compare('ne', x, y));
export const less = elementwise('less', (x, y) => term.compare('lt', x, y));
export const lessEqual = elementwise('lessEqual', (x, y) => term.compare('le', x, y));
export const greater = elementwise('greater', (x, y) => term.compare('gt', x, y));
export const greaterEqual = elementwise('greaterEqual', (x, y) => term.compare('ge', x, y));

/** `yes` where `cond` (u32) is not 0, else `no`. */
export function where(cond: Tensor, yes: TensorLike, no: TensorLike): Tensor {
  const xs = [cond];
  const operand = (x: TensorLike): TermLike => {
    if (Number.isNaN(x)) throw new RangeError('an operand is NaN, expected a number');
    if (typeof x === 'number') return x;
    xs.push(x);
    return arg(xs.length - 1, x.dtype);
  };
  const test = term.compare('ne', arg(0, cond.dtype), term.constant(0, cond.dtype));
  const chosen = naming('where', () => term.select(test, operand(yes), operand(no)));
  return mapTerm('where', chosen, xs);
}

/**
 * x converted to `dtype`. f32 → u32 truncates towards zero and gives 0 for what is below, 4294967040 for what is above;
 * u32 → f32 rounds to nearest. No gradient passes.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : mapTerm('cast', term.cast(arg(0, x.dtype), dtype), [x]);
}

/** A tensor filled with a constant. */
export function fill(shape: readonly number[], value: number, dtype: DType = 'f32'): Tensor {
  return new Tensor({ kind: 'map', term: naming('fill', () => operandConstant(value, dtype)), xs: [] }, shape, dtype);
}

/** A tensor of fixed data, row-major, e.g. a position code. */
export function literal(data: Float32Array | Uint32Array, shape: readonly number[]): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`literal: ${data.length} elements for shape ${printShape(shape)}`);
  }
  return new Tensor({ kind: 'literal', data }, shape, data instanceof Float32Array ? 'f32' : 'u32');
}

/** u32 coordinates along `axis`. */
export function iota(shape: readonly number[], axis: number): Tensor {
  expectWhole('iota', 'the axis', axis, 0, shape.length - 1);
  return new Tensor({ kind: 'map', term: term.coord(axis), xs: [] }, shape, 'u32');
}

/** The identity, through which no gradient passes. */
export function stopGradient(x: Tensor): Tensor {
  return new Tensor({ kind: 'stop', x }, x.shape, x.dtype);
}
