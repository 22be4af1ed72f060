import { joined } from '@noisesmith/formats';

type Bytes = Uint8Array<ArrayBuffer>;

const ascii = (text: string): Bytes => new TextEncoder().encode(text);
const u32 = (value: number): Bytes => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
const text = (value: string): Bytes => joined([ascii('X'), u32(value.length), ascii(value)]);
const integer = (value: number): Bytes => joined([ascii('J'), u32(value)]);
const tuple = (...items: Uint8Array[]): Bytes => joined([ascii('('), ...items, ascii('t')]);
const protocol = Uint8Array.of(0x80, 2);
const stop = ascii('.');
const [no, reduce, none] = [Uint8Array.of(0x89), ascii('R'), ascii('N')];

/** What `_legacy_save` writes before the object: its magic number, a version, facts of the machine. */
const prefix = joined([
  Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e),
  protocol,
  integer(1001),
  stop,
  protocol,
  ascii('}'),
  stop,
]);

/** A state dict as torch.save of 2019 lays it out: pickles, then each tensor's floats behind their number. */
export function legacyTorchFile(tensors: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>): Bytes {
  const entries = [...tensors].flatMap(([name, { data, shape }], i) => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
    const storage = tuple(
      text('storage'),
      ascii('ctorch\nFloatStorage\n'),
      text(`s${i}`),
      text('cpu'),
      integer(data.length),
      none,
    );
    const view = [integer(0), tuple(...shape.map(integer)), tuple(...strides.map(integer))];
    const hooks = ascii('ccollections\nOrderedDict\n)R');
    return [
      text(name),
      ascii('ctorch._utils\n_rebuild_tensor_v2\n'),
      tuple(storage, ascii('Q'), ...view, no, hooks),
      reduce,
    ];
  });
  const object = joined([protocol, ascii('ccollections\nOrderedDict\n)R('), ...entries, ascii('u'), stop]);
  const keys = joined([protocol, ascii(']('), ...[...tensors].map((_, i) => text(`s${i}`)), ascii('e'), stop]);
  const storages = [...tensors.values()].flatMap(({ data }) => [
    u32(data.length),
    u32(0),
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
  return joined([prefix, object, keys, ...storages]);
}
