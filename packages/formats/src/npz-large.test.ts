// Reference: what was put in, read back. The archive is above 4.3 GB and stands nowhere: its data is three blocks of
// 16 MiB that take turns, so what is kept of a written part is which block it was.
import { expect, it } from 'vitest';
import { openNpz } from './npz';
import { npzParts } from './npz-write';
import { joined, type PartedArray, type Parts } from './parts';
import type { RangeSource } from './range-source';

/** A file of pieces; equal ones may be the same memory. */
async function fileOf(parts: Parts): Promise<RangeSource> {
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  let size = 0;
  for await (const bytes of parts) {
    pieces.push({ at: size, bytes });
    size += bytes.length;
  }
  return {
    name: 'large.npz',
    size,
    async read(offset, length) {
      const end = offset + length;
      const touched = pieces.filter(({ at, bytes }) => at < end && at + bytes.length > offset);
      const cut = touched.map(({ at, bytes }) => bytes.subarray(Math.max(0, offset - at), end - at));
      return cut.length === 1 ? cut[0]! : joined(cut);
    },
  };
}

const ROW = 2 ** 20;
const ROWS_PER_BLOCK = 16;
const ROWS = 4112;
/** Every row tells its number within the three blocks, and where in the row a byte stands. */
const blocks = [0, 1, 2].map((block) => {
  const bytes = new Uint8Array(ROWS_PER_BLOCK * ROW);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i % 253) ^ (block * ROWS_PER_BLOCK + ((i / ROW) | 0));
  return bytes;
});
const rowOf = (row: number): Uint8Array => {
  const at = (row % ROWS_PER_BLOCK) * ROW;
  return blocks[Math.floor(row / ROWS_PER_BLOCK) % 3]!.subarray(at, at + ROW);
};

it('an npz above 4.3 GB is written and read in parts, in little memory', async () => {
  const images: PartedArray = {
    name: 'arr_0',
    dtype: 'U8',
    shape: [ROWS, 512, 512, 4],
    *data() {
      for (let i = 0; i < ROWS / ROWS_PER_BLOCK; i++) yield blocks[i % 3]!;
    },
  };
  const labels = Int32Array.from({ length: ROWS }, (_, i) => i * 3);
  const before = process.memoryUsage().rss;
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage().rss);
  };

  const source = await fileOf(
    npzParts([images, { name: 'arr_1', dtype: 'I32', shape: [ROWS], data: () => [new Uint8Array(labels.buffer)] }]),
  );
  expect(source.size).toBeGreaterThan(4.3e9);
  look();
  const file = await openNpz(source);
  const found = file.entry('arr_0');
  expect(found).toMatchObject({ dtype: 'U8', shape: [ROWS, 512, 512, 4], byRange: true });
  // The second array lies beyond 4 GiB, and its checksum is looked at.
  expect(await file.entry('arr_1').read()).toEqual({ dtype: 'I32', shape: [ROWS], data: labels });
  for (const row of [0, 1, 2047, 2048, 4095, 4096, ROWS - 1]) {
    const { data } = await found.rows(row, 1);
    expect(Buffer.compare(data as Uint8Array, rowOf(row))).toBe(0);
  }
  let rows = 0;
  for await (const block of found.blocks(ROWS_PER_BLOCK)) {
    expect(Buffer.compare(block.data as Uint8Array, blocks[(rows / ROWS_PER_BLOCK) % 3]!)).toBe(0);
    rows += block.shape[0]!;
    look();
  }
  expect(rows).toBe(ROWS);
  expect((most - before) / 2 ** 20).toBeLessThan(600);
});
