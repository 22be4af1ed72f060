import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { writeNpz } from '@noisesmith/formats';
import { type BackendChoice, type OpenedBackend, openBackend, openTuningStore } from '@noisesmith/tensor';
import { afterAll } from 'vitest';
import { runCli } from '../src/cli';
import { type Host, thisHost } from '../src/machine/host';

export interface CliResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface Overrides {
  /** Sees each piece of standard output as it is written. */
  readonly onOut?: (text: string) => void;
  readonly host?: Host;
  /** As it comes, with WebAssembly for `auto`, so that all machines test the same. */
  readonly openBackend?: (prefer: BackendChoice) => Promise<OpenedBackend>;
  /** Threads of WebAssembly. */
  readonly threads?: number;
  /** Folder of the tables that `tune` keeps; one that is empty unless given. */
  readonly tuningFolder?: string;
  readonly signal?: AbortSignal;
}

/** One command line, run in this process. */
export async function cli(argv: readonly string[], overrides: Overrides = {}): Promise<CliResult> {
  let [out, err] = ['', ''];
  const threads = overrides.threads === undefined ? {} : { threads: overrides.threads };
  const exitCode = await runCli(argv, {
    out(text) {
      out += text;
      overrides.onOut?.(text);
    },
    err(text) {
      err += text;
    },
    host: overrides.host ?? thisHost(),
    openBackend:
      overrides.openBackend ?? ((prefer) => openBackend({ prefer: prefer === 'auto' ? 'wasm' : prefer, ...threads })),
    openTuningStore: (onWarning) =>
      openTuningStore({ location: overrides.tuningFolder ?? temporaryFolder(), onWarning }),
    interruptSignal: () => overrides.signal ?? new AbortController().signal,
  });
  return { exitCode, out, err };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone after the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'noisesmith-'));
  folders.push(folder);
  return folder;
}

/** Paths of all files in a folder, sorted. */
export const filesIn = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => relative(folder, join(folder, name)))
    .sort();

export const readBytes = (...path: string[]): Buffer => readFileSync(join(...path));

/** Labelled grey images of 8x8 pixels as an npz file: bright left halves for odd labels. */
export function writeImages(folder: string, { count = 40, classes = 10 } = {}): string {
  const data = Uint8Array.from({ length: count * 64 }, (_, i) => {
    const [image, x] = [Math.floor(i / 64), i % 8];
    return ((image % 2 === 1) === x < 4 ? 200 : 30) + ((i * 7 + image * 13) % 40);
  });
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const file = join(folder, `images-${count}-${classes}.npz`);
  writeFileSync(
    file,
    writeNpz({
      arr_0: { dtype: 'U8', shape: [count, 8, 8, 1], data },
      arr_1: { dtype: 'I32', shape: [count], data: labels },
    }),
  );
  return file;
}

export const tinySettings: readonly string[] = [
  'data.size=8',
  'model.image=[8,8]',
  'model.patch=4',
  'model.latents=6',
  'model.latentDim=16',
  'model.tapeDim=16',
  'model.blocks=[1]',
  'model.heads=2',
  'model.rwHeads=2',
  'train.learningRate.warmup=5',
  'sampling.steps=2',
  'output.samplesPerClass=2',
];

/** Flags of a network so small that a step takes milliseconds. */
export const tinyFlags: readonly string[] = [
  ...['--preset', 'mnist-tiny'],
  ...tinySettings.flatMap((setting) => ['--set', setting]),
];

/** `train` on the tiny network. */
export const tinyTrain = (data: string, out: string, steps: number, ...more: string[]): string[] => [
  'train',
  ...tinyFlags,
  ...['--data', `npz:${data}`, '--out', out, '--steps', String(steps), '--batch', '4', '--grid-every', '0', ...more],
];
