// References: what a heap promises of every block; a shadow of who holds which byte.
import { describe, expect, it } from 'vitest';
import { Random } from '../testing/fuzz/random';
import { type Block, Heap, STRAY_BYTES } from './heap';

describe.each([false, true])('a heap, shared: %s', (shared) => {
  it('gives blocks of zeros that do not overlap, and takes them back', () => {
    const heap = new Heap(shared, 256);
    const random = new Random(5);
    const held: { block: Block; fill: number }[] = [];
    const bytes = ({ address, bytes: count }: Block): Uint8Array => new Uint8Array(heap.memory.buffer, address, count);
    for (let step = 1; step <= 600; step++) {
      if (held.length > 0 && (held.length > 30 || random.below(5) < 2)) {
        const [{ block, fill }] = held.splice(random.below(held.length), 1) as [(typeof held)[number]];
        expect(bytes(block).every((byte) => byte === fill)).toBe(true);
        heap.free(block);
        continue;
      }
      const block = heap.take(4 * random.below(20000), `block ${step}`);
      expect(block.address % 64).toBe(0);
      expect(block.address).toBeGreaterThanOrEqual(STRAY_BYTES);
      expect(block.address + block.bytes + STRAY_BYTES).toBeLessThanOrEqual(heap.memory.buffer.byteLength);
      expect(bytes(block).every((byte) => byte === 0)).toBe(true);
      bytes(block).fill(step % 256);
      held.push({ block, fill: step % 256 });
    }
    const largest = heap.memory.buffer.byteLength;
    for (const { block } of held) heap.free(block);
    // All of it is one gap again.
    expect(heap.take(largest - 2 * STRAY_BYTES, 'everything').address).toBe(STRAY_BYTES);
    expect(heap.memory.buffer.byteLength).toBe(largest);
  });

  it('copies numbers in and out, and within', () => {
    const heap = new Heap(shared, 4);
    const { address } = heap.take(64, 'numbers');
    heap.write(address, Float32Array.of(1, 2, 3));
    heap.copy(address, address + 4, 12);
    const found = heap.read('f32', address, 4);
    expect(found).toEqual(Float32Array.of(1, 1, 2, 3));
    expect(found.buffer).toBeInstanceOf(ArrayBuffer);
    heap.write(address, Uint32Array.of(2 ** 32 - 1));
    expect(heap.read('u32', address, 1)).toEqual(Uint32Array.of(2 ** 32 - 1));
  });
});

it('says in one line what there is no memory for, and goes on', () => {
  const heap = new Heap(false, 3);
  const first = heap.take(65536, 'first');
  expect(() => heap.take(65600, 'state x')).toThrow(
    'state x: 65600 bytes asked for, but free memory of the WebAssembly backend is 65536 bytes',
  );
  heap.free(first);
  expect(heap.take(65600, 'state x').bytes).toBe(65600);
});
