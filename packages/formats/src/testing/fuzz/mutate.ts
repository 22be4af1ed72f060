import { joined } from '../../parts';
import type { Random } from './random';

type Bytes = Uint8Array<ArrayBuffer>;

/** A text in a file, for mutations that keep it a text: where it stands, and how its length is written. */
export interface TextPart {
  readonly start: number;
  readonly end: number;
  /** The bytes before the text when it has another length. */
  prefix(length: number): Uint8Array;
}

/** Numbers at the edges of what a field, a double or a format can hold. */
const edges = [
  0n,
  1n,
  7n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** What may stand in a header in place of a number, a name or a mark. */
const numbers = [
  '0',
  '-1',
  '1.5',
  '1e3',
  '1e400',
  '00',
  '9007199254740993',
  '18446744073709551616',
  'null',
  '"3"',
  '[]',
  '{}',
];
const names = [
  'a',
  'b.weight',
  '__metadata__',
  '__proto__',
  'toString',
  'dtype',
  'F16',
  'F8_E4M3',
  'C64',
  '\\u0061',
  '\\ud800',
  '',
];
const marks = ['{', '}', '[', ']', '(', ')', ',', ':', '"', "'", '\\', ' ', '\n', '\0', '\u001b', 'L', '7'];

/** One place of `text` that matches, replaced by one of `choices`. */
function replaced(text: string, pattern: RegExp, choices: readonly string[], random: Random): string {
  const match = random.pick([...text.matchAll(pattern)]);
  if (match === undefined) return text;
  return text.slice(0, match.index) + random.pick(choices)! + text.slice(match.index + match[0].length);
}

const textMutations: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => replaced(text, /\d+/g, numbers, random),
  (text, random) => replaced(text, /(?<=["'])[^"',:{}[\]]*(?=["'])/g, names, random),
  (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + random.pick(marks)! + text.slice(at + random.below(2));
  },
  // A part twice, so that keys and entries repeat.
  (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at + random.below(80)) + text.slice(at);
  },
  (text, random) => {
    const entry = random.pick([...text.matchAll(/"[^"]*":(\{[^{}]*\}|"[^"]*"|\[[^[\]]*\])/g)]);
    return entry === undefined ? text : `${text.slice(0, entry.index)}${entry[0]},${text.slice(entry.index)}`;
  },
  (text, random) =>
    replaced(text, /[<|=>]\w\d/g, ['>f4', '|f4', '=f4', '<c8', '|O', '<U1', '<M8[s]', '<f4<f4', ''], random),
  (text, random) => replaced(text, /True|False/g, ['True', 'False', 'None', '0'], random),
  (text, random) =>
    random.pick(['{}', '[]', 'null', '', '['.repeat(20_000), `${'{"a":'.repeat(20_000)}`, ' '.repeat(70_000), text])!,
];

type Mutation = (bytes: Bytes, random: Random) => Bytes;

/** A field of two, four or eight bytes set to a number at an edge; the start of a file has most of them. */
const setField: Mutation = (bytes, random) => {
  const width = random.pick([2, 4, 8]);
  if (bytes.length < width) return bytes;
  const view = new DataView(bytes.buffer);
  const last = bytes.length - width + 1;
  const at = random.below(random.chance(0.5) ? Math.min(last, 48) : last);
  const value = random.pick(edges)!;
  const little = random.chance(0.8);
  if (width === 8) view.setBigUint64(at, value, little);
  else if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), little);
  else view.setUint16(at, Number(BigInt.asUintN(16, value)), little);
  return bytes;
};

const flipBit: Mutation = (bytes, random) => {
  if (bytes.length > 0) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  return bytes;
};

const byteMutations: readonly [Mutation, ...Mutation[]] = [
  flipBit,
  flipBit,
  (bytes, random) => {
    if (bytes.length > 0) bytes[random.below(bytes.length)] = random.pick([0, 0x7f, 0x80, 0xff]);
    return bytes;
  },
  (bytes, random) => bytes.slice(0, random.below(random.chance(0.5) ? Math.min(bytes.length, 40) : bytes.length)),
  (bytes, random) => joined([bytes, new Uint8Array(1 + random.below(300)).fill(random.pick([0, 0xff, 0x50]))]),
  setField,
  setField,
  // Bytes from elsewhere in the file: records repeat or change places.
  (bytes, random) => {
    const from = random.below(bytes.length);
    bytes.copyWithin(random.below(bytes.length), from, from + random.below(60));
    return bytes;
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    const end = at + random.below(60);
    return joined(
      random.chance(0.5) ? [bytes.subarray(0, end), bytes.subarray(at)] : [bytes.subarray(0, at), bytes.subarray(end)],
    );
  },
];

function mutateText(bytes: Bytes, part: TextPart, random: Random): Bytes {
  const text = new TextDecoder().decode(bytes.subarray(part.start, part.end));
  const changed = new TextEncoder().encode(random.pick(textMutations)!(text, random));
  return joined([part.prefix(changed.length), changed, bytes.subarray(part.end)]);
}

/** A file with one to four mutations; where it has a text, the first may be one of that. */
export function mutated(file: Uint8Array, text: TextPart | undefined, random: Random): Bytes {
  const rounds = random.chance(0.7) ? 1 : 2 + random.below(3);
  const first = text !== undefined && random.chance(0.5);
  let bytes = first ? mutateText(new Uint8Array(file), text, random) : new Uint8Array(file);
  for (let round = first ? 1 : 0; round < rounds; round++) bytes = random.pick(byteMutations)(bytes, random);
  return bytes;
}
