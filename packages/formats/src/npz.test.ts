// Reference: archives written by NumPy 2.4 savez and savez_compressed, and by Python's zipfile with its limits for ZIP64
// lowered (fixtures/make.py); damage made by hand.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NdArray } from './ndarray';
import { openNpz, readNpz } from './npz';
import { writeNpz } from './npz-write';
import { bytesSource, type RangeSource } from './range-source';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));
const images: NdArray = { dtype: 'U8', shape: [2, 2, 2, 3], data: Uint8Array.from({ length: 24 }, (_, i) => i) };
const labels: NdArray = { dtype: 'I64', shape: [2], data: BigInt64Array.of(-1n, 0n) };
const count = (n: number) => Array.from({ length: n }, (_, i) => i);

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The archive with bytes from the first place where `text` stands replaced. */
function spoiled(bytes: Uint8Array, text: string, by: (byte: number) => number, after = 0): Uint8Array {
  const copy = bytes.slice();
  const at = new TextDecoder('latin1').decode(copy).indexOf(text) + after;
  copy[at] = by(copy[at]!);
  return copy;
}

/** A source that remembers what was asked of it. */
function watched(bytes: Uint8Array, name = 'x.npz'): RangeSource & { asked: [number, number][] } {
  const inner = bytesSource(bytes, name);
  const asked: [number, number][] = [];
  return {
    name,
    size: inner.size,
    asked,
    read: (offset, length) => {
      asked.push([offset, length]);
      return inner.read(offset, length);
    },
  };
}

describe('reading what NumPy wrote', () => {
  it('lists of texts, in either byte order', async () => {
    const texts = ['cat', 'größe', '🐱', '', 'a b '];
    const file = await openNpz(bytesSource(fixture('texts.npz'), 'x.npz'));
    expect(file.texts).toEqual(['texts', 'big', 'none']);
    expect(await file.text('texts')).toEqual(texts);
    expect(await file.text('big')).toEqual(texts);
    expect(await file.text('none')).toEqual([]);
    expect(() => file.entry('texts')).toThrow("x.npz: texts.npy: npy dtype '<U5' is not supported");
    await expect(file.text('square')).rejects.toThrow("square.npy: npy dtype '<U5' of shape (2,2) is not supported");
    expect(() => readNpz(fixture('texts.npz'), { only: ['texts'] })).toThrow("npy dtype '<U5' is not supported");
    const stored = await openNpz(bytesSource(fixture('stored.npz'), 'x.npz'));
    await expect(stored.text('labels')).rejects.toThrow('x.npz: labels.npy: an array of I64, expected a list of texts');
    await expect(stored.text('other')).rejects.toThrow('x.npz: no array "other" in this npz archive');
  });

  it('stored, with keys', async () => {
    const arrays = readNpz(fixture('stored.npz'));
    expect([...arrays.keys()]).toEqual(['images', 'labels']);
    expect(arrays.get('images')).toEqual(images);
    expect(arrays.get('labels')).toEqual(labels);
  });

  it('deflated, positional', () => {
    const arrays = readNpz(fixture('deflated.npz'));
    expect(arrays.get('arr_0')).toEqual(images);
    expect(arrays.get('arr_1')).toEqual({ dtype: 'I32', shape: [2], data: Int32Array.of(-1, 0) });
  });

  it('with the numbers of ZIP64', async () => {
    const arrays = readNpz(fixture('zip64.npz'));
    expect([...arrays]).toEqual([
      ['images', images],
      ['labels', labels],
      ['größe', { dtype: 'F32', shape: [2], data: Float32Array.of(-1, 0) }],
    ]);
    const file = await openNpz(bytesSource(fixture('zip64.npz')));
    expect(file.names).toEqual(['images', 'labels', 'größe']);
    expect(await file.entry('labels').rows(0, 1)).toEqual({ ...labels, shape: [1], data: BigInt64Array.of(-1n) });
  });

  it('only the arrays asked for', () => {
    expect([...readNpz(fixture('stored.npz'), { only: ['labels'] }).keys()]).toEqual(['labels']);
    expect(() => readNpz(fixture('stored.npz'), { name: 'x.npz', only: ['mu'] })).toThrow(
      'x.npz: no array "mu" in this npz archive',
    );
  });
});

describe('opening', () => {
  it.each([
    ['stored.npz', 'images', true],
    ['deflated.npz', 'arr_0', false],
  ])('%s: all, rows and blocks', async (name, key, byRange) => {
    const file = await openNpz(bytesSource(fixture(name)));
    const entry = file.entry(key);
    expect(entry).toMatchObject({ dtype: 'U8', shape: [2, 2, 2, 3], byRange });
    expect(await entry.read()).toEqual(images);
    expect(await entry.rows(1, 1)).toEqual({ dtype: 'U8', shape: [1, 2, 2, 3], data: images.data.slice(12) });
    expect(await entry.rows(2, 0)).toEqual({ dtype: 'U8', shape: [0, 2, 2, 3], data: new Uint8Array(0) });
    for (const [from, length] of [
      [1, 2],
      [-1, 1],
      [0, 0.5],
    ] as const) {
      await expect(entry.rows(from, length)).rejects.toThrow(`${key}.npy: rows ${from}..`);
    }
    expect(await all(entry.blocks(1))).toEqual([
      { dtype: 'U8', shape: [1, 2, 2, 3], data: images.data.slice(0, 12) },
      { dtype: 'U8', shape: [1, 2, 2, 3], data: images.data.slice(12) },
    ]);
    expect(await all(entry.blocks(5))).toEqual([images]);
    expect(file.has(key)).toBe(true);
    expect(file.has('mu')).toBe(false);
    expect(() => file.entry('mu')).toThrow('no array "mu" in this npz archive');
  });

  it('Fortran order comes in C order, whole and by rows', async () => {
    const entry = (await openNpz(bytesSource(fixture('fortran.npz')))).entry('arr_0');
    expect([entry.shape, entry.byRange]).toEqual([[4, 3, 2], false]);
    expect([...(await entry.read()).data]).toEqual(count(24).map((i) => i - 12));
    expect([...(await entry.rows(1, 2)).data]).toEqual(count(12).map((i) => i - 6));
    expect((await all(entry.blocks(3))).map(({ data }) => [...data])).toEqual([
      count(18).map((i) => i - 12),
      count(6).map((i) => i + 6),
    ]);
  });

  it('reads the directory and headers, and of the data of a stored array only the rows asked for', async () => {
    const large: NdArray = {
      dtype: 'U8',
      shape: [1000, 1000],
      data: Uint8Array.from({ length: 1e6 }, (_, i) => i % 251),
    };
    const source = watched(writeNpz({ large, labels }));
    const file = await openNpz(source);
    const opening = source.asked.reduce((sum, [, length]) => sum + length, 0);
    expect(opening).toBeLessThan(70_000);
    source.asked.length = 0;
    expect((await file.entry('large').rows(500, 2)).data).toEqual(large.data.slice(500_000, 502_000));
    expect(source.asked.map(([, length]) => length)).toEqual([2000]);
  });

  it('an array that cannot be read does not keep the others from being read', async () => {
    const bytes = spoiled(fixture('stored.npz'), "'|u1'", () => '<'.charCodeAt(0), 1);
    const other = spoiled(bytes, "'<u1'", () => 'V'.charCodeAt(0), 2);
    const file = await openNpz(bytesSource(other, 'x.npz'));
    expect(file.names).toEqual(['images', 'labels']);
    expect(() => file.entry('images')).toThrow("x.npz: images.npy: npy dtype '<V1' is not supported");
    expect((await file.entry('labels').rows(0, 2)).data).toEqual(labels.data);
  });

  it('arrays without elements, and scalars', async () => {
    const none: NdArray = { dtype: 'F32', shape: [3, 0], data: new Float32Array(0) };
    const nothing: NdArray = { dtype: 'F32', shape: [0, 3], data: new Float32Array(0) };
    const scalar: NdArray = { dtype: 'F64', shape: [], data: Float64Array.of(2.5) };
    for (const compress of [false, true]) {
      const file = await openNpz(bytesSource(writeNpz({ none, nothing, scalar }, { compress })));
      expect(await file.entry('none').read()).toEqual(none);
      expect(await file.entry('none').rows(1, 2)).toEqual({ ...none, shape: [2, 0] });
      expect(await all(file.entry('none').blocks(2))).toEqual([
        { ...none, shape: [2, 0] },
        { ...none, shape: [1, 0] },
      ]);
      expect(await all(file.entry('nothing').blocks(2))).toEqual([]);
      expect(await file.entry('scalar').read()).toEqual(scalar);
      await expect(file.entry('scalar').rows(0, 1)).rejects.toThrow('rows of a scalar asked for');
    }
  });
});

describe('damage', () => {
  const flip = (byte: number) => byte ^ 4;
  const data = String.fromCharCode(...count(12));

  it.each([
    ['stored', fixture('stored.npz'), 'images', data],
    ['deflated', writeNpz({ images: { ...images, data: new Uint8Array(24) } }, { compress: true }), 'images', 'NUMPY'],
  ])('a changed byte of %s data is noticed by its CRC-32', async (kind, bytes, key, text) => {
    // Stored deflate data has the header's text as it is; the byte behind it is changed.
    const changed = kind === 'stored' ? spoiled(bytes, text, flip, 7) : spoiled(bytes, 'images.npy', flip, 60);
    const message = `x.npz: ${key}.npy: `;
    expect(() => readNpz(changed, { name: 'x.npz' })).toThrow(message);
    const entry = (await openNpz(bytesSource(bytes, 'x.npz'))).entry(key);
    expect(entry.shape).toEqual([2, 2, 2, 3]);
    if (kind !== 'stored') return;
    const damaged = (await openNpz(bytesSource(changed, 'x.npz'))).entry(key);
    await expect(damaged.read()).rejects.toThrow(`${message}damaged: its bytes do not match their CRC-32`);
    const seen: NdArray[] = [];
    const going = (async () => {
      for await (const block of damaged.blocks(1)) seen.push(block);
    })();
    await expect(going).rejects.toThrow('CRC-32');
    expect(seen.length).toBeLessThan(2);
  });

  it('names the file and the broken member', () => {
    const whole = fixture('stored.npz');
    expect(() => readNpz(whole.subarray(0, 100), { name: 'x.npz' })).toThrow('x.npz: not a readable npz archive');
    expect(() => readNpz(Uint8Array.of(...whole, 0), { name: 'x.npz' })).toThrow('cut off, or bytes behind it');
    expect(() =>
      readNpz(
        spoiled(whole, 'NUMPY', () => 0),
        { name: 'x.npz' },
      ),
    ).toThrow('x.npz: images.npy: not an npy file');
  });

  /** The fields of the first record of the central directory. */
  const central = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes).indexOf('PK\x01\x02');
  const withField = (bytes: Uint8Array, offset: number, value: number) => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(central(copy) + offset, value, true);
    return copy;
  };

  it.each<[string, Uint8Array, string]>([
    [
      'a member that claims more than deflate can hold',
      withField(fixture('deflated.npz'), 24, 0xfffffff0),
      'arr_0.npy: it claims to hold 4294967280 bytes in',
    ],
    [
      'a member that holds more than it claims',
      withField(fixture('deflated.npz'), 24, 140),
      'arr_0.npy: it holds more than the 140 bytes that the directory says',
    ],
    [
      'stored sizes that differ',
      withField(fixture('stored.npz'), 24, 1000),
      'it is stored, but its 1000 bytes take 152',
    ],
    ['a place that is none', withField(fixture('stored.npz'), 42, 3), 'images.npy: it is not where the directory'],
    ['a place behind the members', withField(fixture('stored.npz'), 42, 0xfffffff0), 'images.npy: it is not where'],
    [
      'another method',
      spoiled(fixture('stored.npz'), 'PK\x01\x02', () => 12, 10),
      'images.npy: it is compressed by method 12, expected 0 (stored) or 8 (deflated)',
    ],
    [
      'encryption',
      spoiled(fixture('stored.npz'), 'PK\x01\x02', (flags) => flags | 1, 8),
      'images.npy: it is encrypted',
    ],
    [
      'another number of members than said',
      spoiled(fixture('stored.npz'), 'PK\x05\x06', () => 1, 10),
      'its directory does not hold the 1 members it should',
    ],
    [
      'a directory elsewhere',
      spoiled(fixture('stored.npz'), 'PK\x05\x06', () => 255, 18),
      'its directory is not where its end says',
    ],
    [
      'a lost ZIP64 record',
      spoiled(fixture('zip64.npz'), 'PK\x06\x06', () => 0),
      'its ZIP64 record is not where its locator says',
    ],
  ])('%s', async (_, bytes, message) => {
    expect(() => readNpz(bytes, { name: 'x.npz' })).toThrow(message);
    await expect(
      openNpz(bytesSource(bytes, 'x.npz')).then((file) => file.entry(file.names[0]!).read()),
    ).rejects.toThrow(message);
  });

  it('a name twice, and two members over the same bytes', async () => {
    const bytes = writeNpz({ a: images, b: images });
    const text = new TextDecoder('latin1').decode(bytes);
    const second = text.lastIndexOf('PK\x01\x02');
    const twice = bytes.slice();
    twice.copyWithin(second, central(bytes), second);
    const name = 'x.npz';
    expect(() => readNpz(twice, { name })).toThrow('x.npz: the member "a.npy" stands twice in this archive');

    // Data of the first array that is a member itself, header and all, to which a record of the directory points.
    const inner = bytes.subarray(0, text.indexOf('PK\x07\x08'));
    const outer = writeNpz({ c: { dtype: 'U8', shape: [inner.length], data: inner }, a: images });
    const record = new TextDecoder('latin1').decode(outer).lastIndexOf('PK\x01\x02');
    const inside = new TextDecoder('latin1').decode(outer).indexOf('a.npy') - 30;
    new DataView(outer.buffer).setUint32(record + 42, inside, true);
    expect(() => readNpz(outer, { name })).toThrow('x.npz: a.npy: it overlaps the member "c.npy"');
    await expect(openNpz(bytesSource(outer, name))).rejects.toThrow('it overlaps');
  });
});
