/**
 * A run whose state has 4.32 GB, as a process of its own that another can kill: `huge-run.ts FOLDER stop|go`. With `stop`
 * it prints `half` in the middle of writing its second checkpoint and waits there for ever. Else it goes on from the newest
 * checkpoint to its end, and prints by how much its memory has grown at most, in MiB. (At the start of a run the network's
 * fresh weights are in memory whole.)
 *
 * Vectors are zero but for a few blocks: what holds them, hashes them and writes them passes over the rest, so that neither
 * a device nor 4 GB of disk and time are needed. All that lies between is what every run has.
 */
import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { Denoiser } from '@noisesmith/diffusion';
import { fileSource } from '@noisesmith/formats/node';
import {
  type Backend,
  type CompileOptions,
  type Graph,
  layoutOf,
  openOracle,
  type Program,
  type Store,
  type TypedArray,
} from '@noisesmith/tensor';
import { trainConfig } from '../config';
import type { CheckpointStorage } from '../storage';
import { Trainer } from '../trainer';
import { HUGE_STEPS, hugePlaces, hugeStep, hugeValue, LARGE } from './huge-values';
import { tinyBatch, tinyDenoiser } from './tiny-denoiser';

const MIB = 2 ** 20;
/** Bytes that are looked at, held and written together. */
const BLOCK = 2 ** 16;
const zeros = Buffer.alloc(16 * MIB);

const isZero = (bytes: Uint8Array): boolean => zeros.subarray(0, bytes.length).equals(bytes);
const bytesOf = ({ buffer, byteLength, byteOffset }: TypedArray): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** Hashes of what is zero are known. */
function knowHashesOfZeros(): void {
  const { subtle } = globalThis.crypto;
  const digest = subtle.digest.bind(subtle);
  const known = digest('SHA-256', new Uint8Array(16 * MIB));
  subtle.digest = async (algorithm, data) => {
    const bytes = data as Uint8Array<ArrayBuffer>;
    return bytes.length === 16 * MIB && isZero(bytes) ? known : digest(algorithm, bytes);
  };
}

/** Vectors of which only blocks that are not zero take memory. */
class SparseStore implements Store {
  private readonly blocks = new Map<string, Map<number, Uint8Array>>();
  private readonly nothing = new Float32Array(16 * MIB);

  constructor(readonly spec: Store['spec']) {
    for (const name of Object.keys(spec)) this.blocks.set(name, new Map());
  }

  write(name: string, data: TypedArray, from = 0): void {
    const bytes = bytesOf(data);
    for (let at = 0; at < bytes.length; ) {
      const place = 4 * from + at;
      const count = Math.min(bytes.length - at, BLOCK - (place % BLOCK));
      const part = bytes.subarray(at, at + count);
      const index = Math.floor(place / BLOCK);
      const held = this.blocks.get(name)!.get(index);
      if (held || !isZero(part)) {
        const block = held ?? new Uint8Array(BLOCK);
        block.set(part, place % BLOCK);
        this.blocks.get(name)!.set(index, block);
      }
      at += count;
    }
  }

  async load(name: string, data: TypedArray, from?: number): Promise<void> {
    this.write(name, data, from);
  }

  async read(name: string, from = 0, count = 0): Promise<TypedArray> {
    const [start, end] = [4 * from, 4 * (from + count)];
    const found = [...this.blocks.get(name)!].filter(([i]) => i * BLOCK < end && (i + 1) * BLOCK > start);
    if (found.length === 0) return this.nothing.subarray(0, count);
    const values = new Float32Array(count);
    const bytes = bytesOf(values);
    for (const [i, block] of found) {
      const at = i * BLOCK - start;
      bytes.set(block.subarray(Math.max(0, -at), Math.min(BLOCK, end - i * BLOCK)), Math.max(0, at));
    }
    return values;
  }

  alias(): Store {
    throw new Error('not needed here');
  }

  destroy(): void {
    this.blocks.clear();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Its one program moves the few values that are not zero, each from what it was. */
function sparseBackend(): Backend {
  const oracle = openOracle();
  const program = (graph: Graph, store: Store): Program => ({
    label: 'step',
    graph,
    state: store,
    bytes: 0,
    async run() {
      for (const name of ['params', 'firstMoment', 'secondMoment', 'ema']) {
        for (const place of hugePlaces) {
          const [value] = (await store.read(name, place, 1)) as Float32Array;
          store.write(name, Float32Array.of(hugeStep(value!)), place);
        }
      }
    },
    read: async (output) => new Float32Array(output === 'lossPerExample' ? 2 : 1).fill(0.5),
    destroy: () => undefined,
    [Symbol.dispose]: () => undefined,
  });
  return {
    kind: oracle.kind,
    profile: oracle.profile,
    target: oracle.target,
    lost: oracle.lost,
    liveBytes: 0,
    openStore: (spec) => new SparseStore(spec),
    compile: async (graph, options?: CompileOptions) => program(graph, options!.store!),
    idle: async () => undefined,
    destroy: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
}

function hugeDenoiser(): Denoiser {
  const tiny = tinyDenoiser(0);
  const shapes = Object.fromEntries(tiny.layout.segments.map(({ name, shape }) => [name, shape]));
  const layout = layoutOf({ ...shapes, large: [LARGE] });
  return {
    ...tiny,
    layout,
    initialize(name) {
      const { offset, size } = layout.segments.find((segment) => segment.name === name)!;
      const values = new Float32Array(size);
      for (const place of hugePlaces) {
        if (place >= offset && place < offset + size) values[place - offset] = hugeValue(place);
      }
      return values;
    },
  };
}

/** A folder whose files have holes where there are zeros. @param halfOf the checkpoint in whose middle it stops for good */
function sparseStorage(folder: string, halfOf: number): CheckpointStorage {
  let written = 0;
  const writeParts = async (file: FileHandle, parts: AsyncIterable<Uint8Array>): Promise<void> => {
    let size = 0;
    for await (const part of parts) {
      for (let at = 0; at < part.length; at += BLOCK) {
        const block = part.subarray(at, at + BLOCK);
        if (!isZero(block)) await file.write(block, 0, block.length, size + at);
      }
      size += part.length;
      if (written === halfOf && size > 2.2e9) {
        process.stdout.write('half\n');
        await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
      }
    }
    await file.truncate(size);
    await file.sync();
  };
  return {
    list: async () => await readdir(folder),
    open: async (name) => ({ ...(await fileSource(join(folder, name))), name }),
    async writeAtomic(name, parts) {
      written += 1;
      const temporary = join(folder, `.${name}.tmp`);
      const file = await open(temporary, 'w');
      try {
        await writeParts(file, parts);
      } finally {
        await file.close();
      }
      await rename(temporary, join(folder, name));
    },
    remove: (name) => unlink(join(folder, name)),
  };
}

knowHashesOfZeros();
const [folder, mode] = process.argv.slice(2) as [string, string];
await mkdir(folder, { recursive: true });
const before = process.resourceUsage().maxRSS;
const config = trainConfig({ steps: HUGE_STEPS, batch: 2, selfConditioning: { rate: 0 }, ema: { decay: 0.5 } });
const trainer = await Trainer.create({
  backend: sparseBackend(),
  denoiser: hugeDenoiser(),
  config,
  batches: async (step) => tinyBatch(step, config.batch),
  storage: sparseStorage(folder, mode === 'stop' ? 2 : 0),
  checkpointEvery: 1,
  keep: 1,
});
process.stdout.write(`from ${trainer.step}\n`);
const end = await trainer.train();
process.stdout.write(`${end}, grown ${Math.round((process.resourceUsage().maxRSS - before) / 1024)}\n`);
