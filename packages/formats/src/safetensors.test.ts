// Reference: a file written by the safetensors Python package 0.8 (fixtures/make.py), and headers assembled by hand
// from the published description of the format.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toFloat32 } from './half';
import { blobSource, bytesSource, type RangeSource } from './range-source';
import { openSafetensors, readSafetensors } from './safetensors';

const independent = new Uint8Array(readFileSync(new URL('../fixtures/independent.safetensors', import.meta.url)));

function assemble(header: string, data: number[]): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setUint32(0, json.length, true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

const onePair = (entry: string, data = [0, 0, 0x80, 0x3f]) => assemble(`{"w":${entry}}`, data);

describe('a file of the Python package', () => {
  it('whole', () => {
    const { metadata, tensors } = readSafetensors(independent);
    expect(metadata).toEqual({ step: '12', title: 'Größe' });
    expect([...tensors.keys()].sort()).toEqual(['b', 'empty', 'f16', 'f32', 'i64']);
    expect(tensors.get('f32')).toEqual({ dtype: 'F32', shape: [2, 3], data: Float32Array.of(-3, -2, -1, 0, 1, 2) });
    expect(tensors.get('i64')).toEqual({ dtype: 'I64', shape: [2], data: BigInt64Array.of(-1n, 0n) });
    expect(tensors.get('b')).toEqual({ dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) });
    expect(tensors.get('empty')).toEqual({ dtype: 'F32', shape: [0, 4], data: new Float32Array(0) });
    expect([...toFloat32(tensors.get('f16')!)]).toEqual([-1, 0, 1]);
  });

  it.each([
    ['bytes', bytesSource(independent)],
    ['Blob', blobSource(new Blob([independent]))],
  ])('lazily from %s', async (_, source) => {
    const file = await openSafetensors(source);
    const whole = readSafetensors(independent);
    expect(file.metadata).toEqual(whole.metadata);
    expect(file.names).toEqual([...whole.tensors.keys()]);
    for (const name of file.names) expect(await file.read(name)).toEqual(whole.tensors.get(name));
    expect(file.has('nothing')).toBe(false);
    expect(() => file.info('nothing')).toThrow('no tensor "nothing"');
  });

  it('lazily reads no more than the header and the tensor asked for', async () => {
    const ranges: [number, number][] = [];
    const inner = bytesSource(independent);
    const counting: RangeSource = {
      size: inner.size,
      read: (offset, length) => {
        ranges.push([offset, length]);
        return inner.read(offset, length);
      },
    };
    const file = await openSafetensors(counting);
    await file.read('f16');
    const headerBytes = new DataView(independent.buffer, independent.byteOffset).getUint32(0, true);
    expect(ranges).toEqual([
      [0, 8],
      [8, headerBytes],
      [8 + headerBytes + file.info('f16').begin, 6],
    ]);
  });
});

describe('what the format allows beside the types of this package', () => {
  const with8 = (dtype: string, shape: string, data: number[]) =>
    assemble(
      `{"__metadata__":null,"z":{"dtype":"${dtype}","shape":${shape},"data_offsets":[0,${data.length}]},` +
        `"w":{"dtype":"U8","shape":[1],"data_offsets":[${data.length},${data.length + 1}]}}`,
      [...data, 7],
    );

  it('reads metadata null as none', async () => {
    expect(readSafetensors(with8('U8', '[1]', [1])).metadata).toEqual({});
  });

  it('widens 8-bit floats', async () => {
    const bytes = with8('F8_E4M3', '[2,2]', [0x38, 0x7e, 0, 0xb8]);
    const expected = { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 448, 0, -1) };
    expect(readSafetensors(bytes).tensors.get('z')).toEqual(expected);
    const file = await openSafetensors(bytesSource(bytes));
    expect(file.info('z').dtype).toBe('F8_E4M3');
    expect(await file.read('z')).toEqual(expected);
  });

  it.each([
    ['C64', '[1]', 8],
    ['F4', '[2,3]', 3],
    ['F6_E2M3', '[4]', 3],
  ])('lists a tensor of %s, and the others can be read', async (dtype, shape, length) => {
    const bytes = with8(dtype, shape, new Array<number>(length).fill(0));
    const file = await openSafetensors(bytesSource(bytes, 'm.safetensors'));
    expect(file.names).toEqual(['z', 'w']);
    expect(file.info('z')).toMatchObject({ dtype, shape: JSON.parse(shape) });
    expect([...(await file.read('w')).data]).toEqual([7]);
    const message = `m.safetensors: tensor "z": ${dtype} cannot be read as numbers`;
    await expect(file.read('z')).rejects.toThrow(message);
    await expect(file.elements('z', 0, 1)).rejects.toThrow(message);
    expect(() => readSafetensors(bytes, { name: 'm.safetensors' })).toThrow(message);
  });
});

it('reads elements of a tensor by range', async () => {
  const file = await openSafetensors(bytesSource(independent));
  expect(await file.elements('f32', 2, 3)).toEqual({ dtype: 'F32', shape: [3], data: Float32Array.of(-1, 0, 1) });
  expect((await file.elements('f32', 6, 0)).data.length).toBe(0);
  for (const [from, count] of [
    [5, 2],
    [-1, 1],
    [0.5, 1],
  ] as const) {
    await expect(file.elements('f32', from, count)).rejects.toThrow('tensor "f32": elements');
  }
});

it('a tensor too large for one array is refused in one line, not with what the engine says of arrays', async () => {
  const elements = 2 ** 40;
  const bytes = assemble(`{"w":{"dtype":"U8","shape":[${elements}],"data_offsets":[0,${elements}]}}`, []);
  const source: RangeSource = {
    name: 'm.safetensors',
    size: bytes.length + elements,
    read: async (offset, length) =>
      offset < bytes.length ? bytes.subarray(offset, offset + length) : new Uint8Array(length).fill(5),
  };
  const file = await openSafetensors(source);
  await expect(file.read('w')).rejects.toThrow(
    `m.safetensors: tensor "w": its ${elements} bytes do not fit into one array; read it in parts`,
  );
  expect([...(await file.elements('w', elements - 2, 2)).data]).toEqual([5, 5]);
});

describe('broken files give one line that names file and tensor', () => {
  const ok = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  const two = (a: string, b: string, data: number[]) =>
    assemble(
      `{"a":{"dtype":"U8","shape":[2],"data_offsets":${a}},"b":{"dtype":"U8","shape":[2],"data_offsets":${b}}}`,
      data,
    );

  it.each([
    ['empty', new Uint8Array(0), 'm.safetensors: not a safetensors file: 0 bytes, expected at least 8'],
    [
      'absurd length',
      new Uint8Array(9).fill(255),
      'm.safetensors: not a safetensors file: header of 18446744073709551615',
    ],
    ['short header', onePair(ok).subarray(0, 20), 'm.safetensors: truncated: header of'],
    [
      'truncated data',
      onePair(ok).subarray(0, -1),
      'm.safetensors: tensor "w": data_offsets [0,4] reach past the data',
    ],
    ['bad JSON', assemble('{"w":', []), 'm.safetensors: header is not JSON'],
    ['array header', assemble('[]', []), 'm.safetensors: header is not a JSON object'],
    [
      'unknown dtype',
      onePair(ok.replace('F32', 'C256')),
      'm.safetensors: tensor "w": unknown dtype "C256", expected one of F64',
    ],
    [
      'half bytes',
      onePair(ok.replace('F32', 'F4').replace('[1]', '[7]')),
      'm.safetensors: tensor "w": F4 of shape [7] takes 3.5 bytes, data_offsets hold 4',
    ],
    [
      'a name twice',
      assemble(`{"w":${ok},"w":${ok.replace('[0,4]', '[4,8]')}}`, [0, 0, 0, 0, 0, 0, 0, 0]),
      'm.safetensors: the name "w" stands twice in one object of the header',
    ],
    [
      'a name twice, once escaped',
      assemble(`{"w":${ok},"\\u0077":${ok.replace('[0,4]', '[4,8]')}}`, [0, 0, 0, 0, 0, 0, 0, 0]),
      'm.safetensors: the name "w" stands twice',
    ],
    ['a key of an entry twice', onePair(ok.replace('{', '{"dtype":"I32",')), 'the name "dtype" stands twice'],
    ['byte order mark', assemble(`\ufeff{"w":${ok}}`, [0, 0, 0, 0]), 'm.safetensors: header is not JSON'],
    ['control characters', onePair(ok).map((byte, i) => (i === 9 ? 0x1b : byte)), 'm.safetensors: header is not JSON'],
    ['inherited name as dtype', onePair(ok.replace('F32', 'toString')), 'unknown dtype "toString"'],
    [
      'wrong dtype',
      onePair(ok.replace('F32', 'F16')),
      'tensor "w": F16 of shape [1] takes 2 bytes, data_offsets hold 4',
    ],
    [
      'wrong shape',
      onePair(ok.replace('[1]', '[1,2]')),
      'tensor "w": F32 of shape [1,2] takes 8 bytes, data_offsets hold 4',
    ],
    [
      'negative extent',
      onePair(ok.replace('[1]', '[-1]')),
      'tensor "w": shape [-1] is not a list of whole numbers >= 0',
    ],
    ['reversed offsets', onePair(ok.replace('[0,4]', '[4,0]')), 'tensor "w": data_offsets [4,0] is not [begin, end]'],
    ['overlap', two('[0,2]', '[1,3]', [1, 2, 3]), 'tensor "b": overlaps tensor "a"'],
    ['hole', two('[0,2]', '[3,5]', [1, 2, 3, 4, 5]), 'tensor "b": begins at 3, but the data before it ends at 2'],
    ['trailing data', two('[0,2]', '[2,4]', [1, 2, 3, 4, 5]), 'the tensors end at 4, but the data section has 5 bytes'],
    ['metadata', assemble('{"__metadata__":{"a":1}}', []), '__metadata__ "a" is number, expected a string'],
  ])('%s', async (_, bytes, message) => {
    expect(() => readSafetensors(bytes, { name: 'm.safetensors' })).toThrow(message);
    await expect(openSafetensors(bytesSource(bytes, 'm.safetensors'))).rejects.toThrow(message);
    try {
      readSafetensors(bytes, { name: 'm.safetensors' });
    } catch (error) {
      expect((error as Error).message).not.toMatch(/\p{Cc}/u);
    }
  });
});
