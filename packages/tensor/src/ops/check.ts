/** Checks of an op's arguments, each in one line that names the op and what it was given. */
import type { DType } from '../ir/dtype';
import { printShape, type Shape, sameShape } from '../ir/shape';
import type { Tensor } from '../ir/tensor';

/** @throws TypeError for the first of the tensors that is not of the element type */
export function expectType(op: string, dtype: DType, tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, x] of Object.entries(tensors)) {
    if (x.dtype !== dtype) throw new TypeError(`${op}: ${name} (${x.describe()}) is ${x.dtype}, expected ${dtype}`);
  }
}

/** @throws RangeError for the first of the tensors that has another shape */
export function expectShape(op: string, shape: Shape, tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, x] of Object.entries(tensors)) {
    if (!sameShape(x.shape, shape)) {
      throw new RangeError(`${op}: ${name} is ${printShape(x.shape)}, expected ${printShape(shape)}`);
    }
  }
}

/** @throws RangeError unless the tensor has that many axes or more */
export function expectRank(op: string, name: string, x: Tensor, least: number): void {
  if (x.rank >= least) return;
  throw new RangeError(
    `${op}: ${name} is ${printShape(x.shape)}, expected ${least} ${least === 1 ? 'axis' : 'axes'} or more`,
  );
}

/** @throws RangeError unless `n` is a whole number from `least` to `most` */
export function expectWhole(op: string, name: string, n: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(n) && n >= least && n <= most) return;
  const upTo = most === Number.MAX_SAFE_INTEGER ? `, ${least} or more` : ` from ${least} to ${most}`;
  throw new RangeError(`${op}: ${name} is ${n}, expected a whole number${upTo}`);
}

/** @throws RangeError unless there is a number for each axis of `x` */
export function expectPerAxis(op: string, x: Tensor, lists: Readonly<Record<string, readonly number[]>>): void {
  for (const [name, list] of Object.entries(lists)) {
    if (list.length !== x.rank) {
      throw new RangeError(
        `${op}: ${name} [${list.join(', ')}] has ${list.length} numbers, expected one for each axis of ${printShape(x.shape)}`,
      );
    }
  }
}

/** What `body` throws, with the op's name before it. */
export function naming<T>(op: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`${op}: ${error.message}`);
    if (error instanceof RangeError) throw new RangeError(`${op}: ${error.message}`);
    throw error;
  }
}
