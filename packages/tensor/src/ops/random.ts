import { type DType, LARGEST_U32 } from '../ir/dtype';
import { printShape } from '../ir/shape';
import { type Distribution, Tensor } from '../ir/tensor';
import { expectWhole } from './check';

function random(distribution: Distribution, keys: Tensor, rest: readonly number[], stream: number): Tensor {
  if (keys.dtype !== 'u32' || keys.rank !== 2 || keys.shape[1] !== 2) {
    throw new RangeError(`random: keys are ${keys.dtype} ${printShape(keys.shape)}, expected u32 [rows, 2]`);
  }
  expectWhole('random', 'the stream', stream, 0, LARGEST_U32);
  const dtype: DType = distribution === 'bits' ? 'u32' : 'f32';
  return new Tensor({ kind: 'random', distribution, stream, keys }, [keys.shape[0]!, ...rest], dtype);
}

/**
 * Random numbers of shape [rows, ...rest] from u32 keys [rows, 2]: element j of row i is threefry2x32(keys[i], (j, stream)),
 * so a row depends on its key alone, whatever the batch. Make keys with `deriveKey`.
 */
export const randomBits = (keys: Tensor, rest: readonly number[], stream = 0): Tensor =>
  random('bits', keys, rest, stream);
/** Uniform on (0, 1), multiples of 2⁻²³ shifted by half a step: neither 0 nor 1 occurs. */
export const randomUniform = (keys: Tensor, rest: readonly number[], stream = 0): Tensor =>
  random('uniform', keys, rest, stream);
/** Standard normal, by the inverse of its distribution function (see `inverse-normal.ts`); |x| ≤ 5.3. */
export const randomNormal = (keys: Tensor, rest: readonly number[], stream = 0): Tensor =>
  random('normal', keys, rest, stream);
