import { readFileSync } from 'node:fs';
import { gzipSync } from 'fflate';
import { readIdx, writeIdx } from '../../idx';
import type { NdArray } from '../../ndarray';
import { openNpy, readNpy, writeNpy } from '../../npy';
import { encodeTexts } from '../../npy-texts';
import { openNpz, readNpz } from '../../npz';
import { writeNpz } from '../../npz-write';
import { joined } from '../../parts';
import { blobSource, bytesSource } from '../../range-source';
import { openSafetensors, readSafetensors } from '../../safetensors';
import { writeSafetensors } from '../../safetensors-write';
import { openTorch } from '../../torch/torch';
import type { TextPart } from './mutate';

/** The arrays that a reader found, by name. */
export type Found = ReadonlyMap<string, NdArray>;

/** A valid file, and the ways to read it. */
export interface Subject {
  readonly name: string;
  readonly file: Uint8Array;
  /** Its text, for mutations of that. */
  readonly text?: TextPart;
  /** Whether checksums say that the arrays are what was written: then nothing else may be read under their names. */
  readonly checked: boolean;
  /** Each way of reading it; all have to find the same, or all refuse. */
  readonly readers: readonly ((bytes: Uint8Array) => Promise<Found>)[];
}

const u8: NdArray = { dtype: 'U8', shape: [3, 4, 5], data: Uint8Array.from({ length: 60 }, (_, i) => (i * 37) & 255) };
const f32: NdArray = { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-3, 7) };
const i64: NdArray = { dtype: 'I64', shape: [2], data: BigInt64Array.of(5n, -9n) };
const empty: NdArray = { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) };
const scalar: NdArray = { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) };

const named = { a: f32, 'b.weight': u8, é: i64, none: empty, s: scalar };
const file = 'file';

const one = (array: NdArray): Found => new Map([['', array]]);

async function lazily(bytes: Uint8Array): Promise<Found> {
  const opened = await openSafetensors(bytesSource(bytes, file));
  const found = new Map<string, NdArray>();
  for (const name of opened.names) found.set(name, await opened.read(name));
  return found;
}

async function npzLazily(bytes: Uint8Array): Promise<Found> {
  const opened = await openNpz(bytesSource(bytes, file));
  const found = new Map<string, NdArray>();
  for (const name of opened.names) found.set(name, await opened.entry(name).read());
  return found;
}

/** Rows are not checked against a sum, so what they hold is not compared; only that they are rows, or refused in order. */
async function npzByRows(bytes: Uint8Array): Promise<Found> {
  const opened = await openNpz(bytesSource(bytes, file));
  const found = new Map<string, NdArray>();
  for (const name of opened.names) {
    const entry = opened.entry(name);
    if (entry.shape[0]) await entry.rows(entry.shape[0] - 1, 1);
    if (entry.shape.length > 0) for await (const _ of entry.blocks(2));
    found.set(name, await entry.read());
  }
  return found;
}

/** Lists of texts, as their code points. */
async function npzTexts(bytes: Uint8Array): Promise<Found> {
  const opened = await openNpz(bytesSource(bytes, file));
  const found = new Map<string, NdArray>();
  for (const name of opened.texts) found.set(name, encodeTexts(await opened.text(name)));
  return found;
}

async function torchLazily(bytes: Uint8Array): Promise<Found> {
  const opened = await openTorch(bytesSource(bytes, file));
  const found = new Map<string, NdArray>();
  for (const name of opened.names) found.set(name, await opened.read(name));
  return found;
}

/** From the last tensor to the first, out of a Blob. */
async function torchBackwards(bytes: Uint8Array): Promise<Found> {
  const opened = await openTorch(blobSource(new Blob([new Uint8Array(bytes)]), file));
  const read = new Map<string, NdArray>();
  for (const name of [...opened.names].reverse()) read.set(name, await opened.read(name));
  return new Map([...read].reverse());
}

function u32Text(start: number, bytes: Uint8Array, at: number, width: 2 | 8): TextPart {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = width === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  return {
    start,
    end: start + length,
    prefix(changed) {
      const prefix = bytes.slice(0, start);
      const target = new DataView(prefix.buffer);
      if (width === 2) target.setUint16(at, changed, true);
      else target.setBigUint64(at, BigInt(changed), true);
      return prefix;
    },
  };
}

const safetensors = writeSafetensors(named, { note: 'x', format: 'pt' });
const npy = writeNpy(f32);
const idx = writeIdx(u8);
const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes, { mtime: 0 });

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url)));

const torchSubject = (name: string, fixtureName: string): Subject => ({
  name,
  file: fixture(fixtureName),
  // Parts of storages have no sum.
  checked: false,
  readers: [torchLazily, torchBackwards],
});

const npzSubject = (name: string, bytes: Uint8Array): Subject => ({
  name,
  file: bytes,
  checked: true,
  readers: [async (given) => readNpz(given, { name: file }), npzLazily, npzByRows],
});

const idxSubject = (name: string, bytes: Uint8Array, checked: boolean): Subject => ({
  name,
  file: bytes,
  checked,
  readers: [async (given) => one(readIdx(given, { name: file }))],
});

/** Every kind of file that this package reads. */
export function allSubjects(): readonly Subject[] {
  // With the records of ZIP64, which the writers of this package make for large files only.
  const zip64 = fixture('zip64.npz');
  return [
    {
      name: 'safetensors',
      file: safetensors,
      text: u32Text(8, safetensors, 0, 8),
      checked: false,
      readers: [async (bytes) => readSafetensors(bytes, { name: file }).tensors, lazily],
    },
    {
      name: 'npy',
      file: npy,
      text: u32Text(10, npy, 8, 2),
      checked: false,
      readers: [
        async (bytes) => one(readNpy(bytes, { name: file })),
        async (bytes) => one(await (await openNpy(bytesSource(bytes, file))).read()),
      ],
    },
    npzSubject('npz stored', writeNpz(named)),
    npzSubject('npz deflated', writeNpz(named, { compress: true })),
    npzSubject('npz of ZIP64', zip64),
    { name: 'npz of texts', file: fixture('texts.npz'), checked: true, readers: [npzTexts] },
    idxSubject('idx', idx, false),
    idxSubject('idx.gz', gzip(idx), true),
    idxSubject(
      'idx.gz of three members',
      joined([gzip(idx.subarray(0, 9)), gzip(idx.subarray(9, 9)), gzip(idx.subarray(9))]),
      true,
    ),
    torchSubject('torch', 'torch-zip.pth'),
    torchSubject('torch of protocol 4', 'torch-protocol-4.pth'),
    torchSubject('torch without sums', 'torch-without-crc32.pth'),
    torchSubject('torch of the older layout', 'torch-legacy.pth'),
  ];
}
