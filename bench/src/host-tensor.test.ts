// Reference: tensors small enough to be written out by hand.
import { describe, expect, it } from 'vitest';
import { hostTensor, tensorNamed, transposed, under } from './host-tensor';

describe('transposed', () => {
  it('moves axes', () => {
    const matrix = hostTensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(transposed(matrix, [1, 0])).toEqual({ shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) });
  });

  it('swaps the middle axes of four, and back', () => {
    const data = Float32Array.from({ length: 24 }, (_, i) => i);
    const swapped = transposed(hostTensor([2, 3, 2, 2], data), [0, 2, 1, 3]);
    expect(swapped.shape).toEqual([2, 2, 3, 2]);
    expect([...swapped.data.slice(0, 6)]).toEqual([0, 1, 4, 5, 8, 9]);
    expect(transposed(swapped, [0, 2, 1, 3]).data).toEqual(data);
  });
});

describe('named tensors', () => {
  const tensors = new Map([
    ['param.a', hostTensor([1], Float32Array.of(1))],
    ['batch', hostTensor([1], Float32Array.of(2))],
  ]);

  it('are found by prefix and by name', () => {
    expect([...under(tensors, 'param.').keys()]).toEqual(['a']);
    expect(tensorNamed(tensors, 'batch').data[0]).toBe(2);
    expect(() => tensorNamed(tensors, 'none')).toThrow('"none" is missing');
  });

  it('have as many values as their shape says', () => {
    expect(() => hostTensor([2, 2], new Float32Array(3))).toThrow('3 values for a tensor of shape [2,2]');
  });
});
