// Reference: the definition, kernel by kernel and byte by byte.
import { expect, it } from 'vitest';
import { Random } from '../testing/fuzz/random';
import { type Access, sideBySide } from './side-by-side';

const read = (address: number, bytes: number): Access => ({ address, bytes, writable: false });
const write = (address: number, bytes: number): Access => ({ address, bytes, writable: true });

it('lets kernels of other memory run side by side, and readers of the same', () => {
  const two = [
    [read(0, 64), write(128, 64)],
    [read(0, 64), write(192, 64)],
  ];
  expect(sideBySide(two)).toEqual([false, true]);
  // A result is read when it is there, also by a kernel that others came between.
  expect(sideBySide([...two, [read(128, 4), write(256, 4)], [read(300, 4), write(320, 4)]])).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

it('keeps apart what is overwritten', () => {
  expect(sideBySide([[read(0, 64), write(64, 64)], [write(60, 4)]])).toEqual([false, false]);
  expect(sideBySide([[write(64, 64)], [write(127, 4)]])).toEqual([false, false]);
  expect(sideBySide([[write(64, 64)], [write(128, 4)]])).toEqual([false, true]);
});

it('never joins kernels of which one writes a byte that another reads or writes', () => {
  const random = new Random(3);
  const kernels = Array.from({ length: 3000 }, () =>
    Array.from({ length: random.between(1, 3) }, () => ({
      address: random.below(400),
      bytes: random.between(1, 12),
      writable: random.chance(0.4),
    })),
  );
  let joined = 0;
  let [readers, writers] = [new Set<number>(), new Set<number>()];
  for (const [i, beside] of sideBySide(kernels).entries()) {
    if (!beside) [readers, writers] = [new Set(), new Set()];
    joined += Number(beside);
    for (const { address, bytes, writable } of kernels[i]!) {
      for (let at = address; at < address + bytes; at++) {
        if (writers.has(at) || (writable && readers.has(at))) throw new Error(`kernel ${i} meets another at ${at}`);
      }
    }
    for (const { address, bytes, writable } of kernels[i]!) {
      for (let at = address; at < address + bytes; at++) (writable ? writers : readers).add(at);
    }
  }
  expect(joined).toBeGreaterThan(500);
});
