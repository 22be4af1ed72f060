// Reference: files written by PyTorch 2.13's torch.save (fixtures/make-torch.py); pickles made by hand, opcode by opcode.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../errors';
import { toFloat32 } from '../half';
import type { DType, NdArray } from '../ndarray';
import { joined } from '../parts';
import { bytesSource, type RangeSource } from '../range-source';
import { Unpickler } from './pickle';
import { openTorch } from './torch';
import { TorchWorld } from './world';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../../fixtures/${name}.pth`, import.meta.url)));
const open = (bytes: Uint8Array) => openTorch(bytesSource(bytes, 'x.pth'));
const count = (n: number) => Array.from({ length: n }, (_, i) => i);
const numbers = (array: NdArray) => [...(array.dtype === 'I64' ? Array.from(array.data, Number) : toFloat32(array))];

describe.each(['torch-zip', 'torch-legacy', 'torch-protocol-4'])('%s', (name) => {
  it('has every tensor with its type, shape and elements', async () => {
    const file = await open(fixture(name));
    expect(file.layout).toBe(name === 'torch-legacy' ? 'legacy' : 'zip');
    const types: [string, DType][] = [
      ['f64', 'F64'],
      ['f32', 'F32'],
      ['f16', 'F16'],
      ['bf16', 'BF16'],
      ['i64', 'I64'],
      ['i32', 'I32'],
      ['i16', 'I16'],
      ['i8', 'I8'],
      ['u8', 'U8'],
    ];
    const others = ['bool', 'scalar', 'empty', 'transposed', 'channels-last', 'parameter', 'whole', 'part', 'columns'];
    expect(file.names).toEqual([...types.map(([type]) => type), ...others]);
    for (const [type, dtype] of types) {
      expect(file.info(type)).toEqual({ dtype, shape: [2, 3] });
      const array = await file.read(type);
      expect([array.dtype, array.shape, numbers(array)]).toEqual([dtype, [2, 3], count(6)]);
    }
    expect(await file.read('bool')).toEqual({ dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) });
    expect(await file.read('scalar')).toEqual({ dtype: 'F32', shape: [], data: Float32Array.of(2.5) });
    expect(await file.read('empty')).toEqual({ dtype: 'F32', shape: [0, 4], data: new Float32Array(0) });
    expect(await file.read('parameter')).toEqual({ dtype: 'F32', shape: [4], data: Float32Array.of(0, 1, 2, 3) });
  });

  it('gives views in C order', async () => {
    const file = await open(fixture(name));
    const read = async (tensor: string) => {
      const array = await file.read(tensor);
      return [array.shape, numbers(array)];
    };
    expect(await read('transposed')).toEqual([
      [3, 2],
      [0, 3, 1, 4, 2, 5],
    ]);
    expect(await read('channels-last')).toEqual([[1, 2, 2, 3], count(12)]);
    expect(await read('whole')).toEqual([[12], count(12)]);
    expect(await read('part')).toEqual([[4], [4, 5, 6, 7]]);
    expect(await read('columns')).toEqual([
      [3, 2],
      [1, 2, 5, 6, 9, 10],
    ]);
  });
});

it('names what is in dicts within dicts, and leaves out what is no tensor', async () => {
  const names = ['0.weight', '1.weight', '1.bias', '1.running_mean', '1.running_var', '1.num_batches_tracked'];
  const moments = [0, 1, 2].map((i) => `optimizer.state.${i}.momentum_buffer`);
  for (const name of ['torch-checkpoint', 'torch-checkpoint-legacy']) {
    const file = await open(fixture(name));
    expect(file.names).toEqual([...names.map((one) => `model.${one}`), ...moments]);
    expect(file.info('model.0.weight')).toEqual({ dtype: 'F32', shape: [3, 2, 1, 3] });
    expect(await file.read('model.1.weight')).toMatchObject({ data: Float32Array.of(1, 1, 1) });
    expect(await file.read('model.1.num_batches_tracked')).toEqual({
      dtype: 'I64',
      shape: [],
      data: BigInt64Array.of(1n),
    });
  }
});

it('reads the other byte order, and archives without checksums', async () => {
  const big = await open(fixture('torch-big-endian'));
  expect([await big.read('a'), await big.read('b')].map(numbers)).toEqual([count(3), count(2)]);
  expect(numbers(await (await open(fixture('torch-without-crc32'))).read('a'))).toEqual(count(3));
});

it('reads no more than it is asked for', async () => {
  for (const name of ['torch-zip', 'torch-legacy']) {
    const inner = bytesSource(fixture(name), 'x.pth');
    let asked = 0;
    const source: RangeSource = {
      ...inner,
      read: (offset, length) => {
        asked += length;
        return inner.read(offset, length);
      },
    };
    const file = await openTorch(source);
    asked = 0;
    await file.read('part');
    expect(asked).toBe(16);
    await file.read('f64');
    expect(asked).toBe(16 + 48);
  }
});

describe('refuses by name', () => {
  const message = (bytes: Uint8Array) =>
    open(bytes).then(
      () => 'read',
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it.each([
    ['torch-command', /^FormatError: x\.pth: torch-command\/data\.pkl: it names "posix\.system"; read are only dicts/],
    ['torch-command-legacy', /^FormatError: x\.pth: pickle: it names "posix\.system"; read are only dicts of tensors/],
    ['torch-module', /it names "torch\.nn\.modules\.container\.Sequential"/],
    ['torch-uint16', /it names "torch\._utils\._rebuild_tensor_v3"/],
    ['torch-expanded', /a tensor in storage "0": shape \[1000\] repeats elements: it has 1$/],
    ['torch-script', /x\.pth: a TorchScript archive, expected a dict of tensors of torch\.save$/],
  ])('%s', async (name, expected) => {
    expect(await message(fixture(name))).toMatch(expected);
  });

  const ascii = (text: string) => new TextEncoder().encode(text);
  const proto = Uint8Array.of(0x80, 2);
  const le = (value: number, bytes: number) =>
    Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 255);
  const unicode = (text: string) => joined([ascii('X'), le(text.length, 4), ascii(text)]);
  const global = (module: string, name: string) => ascii(`c${module}\n${name}\n`);
  const integer = (value: number) => joined([ascii('J'), le(value, 4)]);
  const tuple = (...items: Uint8Array[]) => joined([ascii('('), ...items, ascii('t')]);
  const magic = Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e);
  /** A file of the older layout around the opcodes of one object and the bytes of storages. */
  function legacy(object: Uint8Array | string, keys: readonly string[] = [], storages: readonly Uint8Array[] = []) {
    const version = joined([proto, integer(1001), ascii('.')]);
    const facts = joined([proto, ascii('}.')]);
    const list = joined([proto, ascii(']('), ...keys.map(unicode), ascii('e.')]);
    const body = typeof object === 'string' ? ascii(object) : object;
    return joined([magic, version, facts, proto, body, ascii('.'), list, ...storages]);
  }
  const storage = (key: string, length: number, type = 'FloatStorage', rest: Uint8Array = ascii('N')) =>
    joined([
      tuple(unicode('storage'), global('torch', type), unicode(key), unicode('cpu'), integer(length), rest),
      ascii('Q'),
    ]);
  const tensor = (from: Uint8Array, offset: number, shape: readonly number[], strides: readonly number[]) =>
    joined([
      global('torch._utils', '_rebuild_tensor_v2'),
      tuple(
        from,
        integer(offset),
        tuple(...shape.map(integer)),
        tuple(...strides.map(integer)),
        Uint8Array.of(0x89),
        ascii('}'),
      ),
      ascii('R'),
    ]);
  const dict = (...values: Uint8Array[]) =>
    joined([ascii('}('), ...values.flatMap((value, i) => [unicode(`t${i}`), value]), ascii('u')]);
  const three = joined([le(3, 8), new Uint8Array(Float32Array.of(5, 6, 7).buffer)]);

  it('nothing of a file made by these helpers', async () => {
    const file = await open(legacy(dict(tensor(storage('k', 3), 1, [2], [1])), ['k'], [three]));
    expect(numbers(await file.read('t0'))).toEqual([6, 7]);
    expect((await open(legacy('}'))).names).toEqual([]);
    // As Python 2 wrote dicts: a list of pairs, names in bytes.
    const pair = joined([ascii(']U\u0001a'), tensor(storage('k', 3), 0, [3], [1]), ascii('e')]);
    const pairs = joined([global('collections', 'OrderedDict'), ascii('](]('), pair.subarray(1), ascii('e\u0085R')]);
    const old = joined([pairs.subarray(0, pairs.length - 3), Uint8Array.of(0x85), ascii('R')]);
    expect((await open(legacy(old, ['k'], [three]))).names).toEqual(['a']);
  });

  it.each<[string, Uint8Array | string, RegExp]>([
    ['an instance', '(ios\nsystem\n', /pickle: the opcode INST, which no state dict needs$/],
    ['an object', joined([ascii('}'), Uint8Array.of(0x81)]), /the opcode NEWOBJ, which/],
    ['an extension', Uint8Array.of(0x82, 1), /the opcode EXT1, which/],
    ['no opcode', Uint8Array.of(0xff), /the opcode 0xff, which no pickle has, which/],
    ['eval', joined([global('builtins', 'eval'), tuple(unicode('1')), ascii('R')]), /it names "builtins\.eval"; read/],
    [
      'a name of a protocol of 4',
      joined([unicode('os'), unicode('system'), Uint8Array.of(0x93)]),
      /it names "os\.system"/,
    ],
    ['a class without a name', joined([integer(1), integer(2), Uint8Array.of(0x93)]), /a class without a name/],
    ['a long name', joined([ascii('c'), ascii('a'.repeat(2000))]), /a name of more than 1000 bytes/],
    ['a call of a text', joined([unicode('a'), ascii(')R')]), /it calls "a"/],
    ['a call without arguments', joined([global('collections', 'OrderedDict'), ascii('NR')]), /OrderedDict with None/],
    ['a call of a storage', joined([global('torch', 'FloatStorage'), ascii(')R')]), /it calls torch\.FloatStorage/],
    ['attributes of a list', ']}b', /it sets attributes of a list/],
    ['an empty stack', 'b', /it takes a value from an empty stack/],
    ['a mark as a value', '(q\0', /it takes a value from an empty stack/],
    ['a tuple that is not open', '}t', /it closes what is not open/],
    ['values left over', '}}', /1 values are left at its end/],
    ['an unknown memo', 'h\u0007', /it asks for memo 7, which it has not set/],
    ['a key without a value', '}(Nu', /it sets a key without a value/],
    ['a key that is none', '}NNs', /a dict with the key None, expected texts and numbers/],
    [
      'a key twice',
      joined([ascii('}('), ...[0, 1].flatMap(() => [unicode('a'), ascii('N')]), ascii('u')]),
      /"a" stands twice/,
    ],
    ['many open marks', '('.repeat(100), /more than 64 open marks/],
    ['a text that is none', joined([ascii('U\u0001'), Uint8Array.of(0xff)]), /a text of 1 bytes that is not UTF-8/],
    ['no dict', 'N', /x\.pth: what was saved is no dict of tensors$/],
    ['a dict in itself', joined([ascii('}q\0'), unicode('a'), ascii('h\0s')]), /the dict "a\." stands in two places/],
    [
      'a storage of no class',
      joined([tuple(unicode('storage'), unicode('torch'), unicode('k')), ascii('Q')]),
      /no storage/,
    ],
  ])('%s', async (_, object, expected) => {
    const told = await message(legacy(object));
    expect(told).toMatch(expected);
    expect(told).toMatch(/^FormatError: x\.pth: [^\n]{1,300}$/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a view of a storage', dict(storage('k', 3, 'FloatStorage', tuple(unicode('j')))), /"k" is a view of another/],
    [
      'a storage of two types',
      dict(storage('k', 3), storage('k', 3, 'LongStorage')),
      /"k" has 3 elements of I64, and else/,
    ],
    ['a negative length', dict(storage('k', -1)), /a reference to something that is no storage/],
    [
      'a tensor behind its storage',
      dict(tensor(storage('k', 3), 2, [2], [1])),
      /shape \[2\] with strides \[1\] from 2 reach/,
    ],
    ['a stride behind it', dict(tensor(storage('k', 3), 0, [2], [3])), /shape \[2\] with strides \[3\] from 0 reach/],
    ['a negative stride', dict(tensor(storage('k', 3), 2, [2], [-1])), /"k" whose shape or strides are none/],
    ['a huge tensor', dict(tensor(storage('k', 3), 0, [2 ** 31 - 1, 2 ** 31 - 1], [0, 0])), /is too large/],
    [
      'a tensor of little',
      dict(tensor(storage('k', 3), 0, [2, 2], [1, 1])),
      /shape \[2,2\] repeats elements: it has 3/,
    ],
    ['shape without strides', dict(tensor(storage('k', 3), 0, [2], [])), /whose shape or strides are none/],
  ])('%s', async (_, object, expected) => {
    const told = await message(legacy(object, ['k'], [three]));
    expect(told).toMatch(expected);
    expect(told).toMatch(/^FormatError: x\.pth: [^\n]{1,300}$/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['other bytes', ascii('hello'), /not a file of torch\.save: it begins neither as a zip archive nor as a pickle/],
    ['nothing', new Uint8Array(0), /not a file of torch\.save/],
    [
      'another pickle',
      joined([proto, ascii('}.')]),
      /a pickle, but not one of torch\.save: it has not its magic number/,
    ],
    ['another protocol', Uint8Array.of(0x80, 1, 0x2e), /protocol 1, expected 2 to 5/],
    ['a pickle cut off', legacy('}').subarray(0, 20), /truncated: it ends within its pickles/],
    [
      'a text longer than the file',
      legacy(Uint8Array.of(0x58, 255, 255, 255, 255)),
      /truncated: it ends within its pickles/,
    ],
    ['an unknown storage', legacy('}', ['k'], [three]), /its list of storages has "k"/],
    ['a missing storage', legacy(dict(storage('k', 3))), /1 storages are named, 0 are there/],
    ['a storage cut off', legacy(dict(storage('k', 4)), ['k'], [three]), /storage "k" ends at \d+, the file at \d+/],
    [
      'a storage of another length',
      legacy(dict(storage('k', 3)), ['k'], [le(2, 8), three.subarray(8)]),
      /has 2 elements, its/,
    ],
    ['bytes at the end', legacy(dict(storage('k', 2)), ['k'], [le(2, 8), three]), /12 bytes behind its last storage/],
  ])('%s', async (_, bytes, expected) => {
    expect(await message(bytes)).toMatch(expected);
  });

  it('dicts that would be many', async () => {
    // Each has the one before under two keys: 2^40 names from some hundred bytes.
    const parts = Array.from({ length: 40 }, (_, i) => {
      const before = joined([ascii('h'), le(i - 1, 1)]);
      const twice = joined([ascii('}('), unicode('a'), before, unicode('b'), before, ascii('u')]);
      return joined([unicode(`d${i}`), i === 0 ? ascii('}') : twice, ascii('q'), le(i, 1)]);
    });
    const object = joined([ascii('}('), ...parts, ascii('u')]);
    expect(await message(legacy(object))).toBe('FormatError: x.pth: the dict "d1.a." stands in two places');
  });

  it('pickles without end', () => {
    const world = new TorchWorld((text) => new FormatError(text));
    const bytes = joined([proto, ascii(`${'N'.repeat(100)}.`)]);
    expect(() => new Unpickler(bytes, world, 100).next()).toThrow('more than 100 opcodes');
    expect(() => new Unpickler(bytes, world, 101).next()).toThrow('99 values are left');
  });

  it('damage, and a truncated archive', async () => {
    const bytes = fixture('torch-zip');
    const text = new TextDecoder('latin1').decode(bytes);
    const damaged = bytes.slice();
    damaged[Buffer.from(bytes).indexOf(Buffer.from(Float64Array.of(1, 2, 3).buffer))]! ^= 1;
    const file = await open(damaged);
    await expect(file.read('f64')).rejects.toThrow('torch-zip/data/0: damaged: its bytes do not match their CRC-32');
    expect(numbers(await file.read('f32'))).toEqual(count(6));
    expect(await message(bytes.subarray(0, 3000))).toMatch(/x\.pth: not a readable zip archive: it does not end as/);
    const changed = bytes.slice();
    changed[text.indexOf('FloatStorage') + 1]! ^= 1;
    expect(await message(changed)).toMatch(/torch-zip\/data\.pkl: damaged/);
  });

  it('a tensor that is not there', async () => {
    const file = await open(fixture('torch-zip'));
    expect(() => file.info('g')).toThrow('x.pth: no tensor "g"');
    await expect(file.read('g')).rejects.toThrow('x.pth: no tensor "g"');
  });
});
