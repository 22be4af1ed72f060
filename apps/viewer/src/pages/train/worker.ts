/** One lane of page Train: a run, in a thread of its own. */
import { memoryRunFiles, opfsRunFiles, type RunFiles, runFileNames } from '@noisesmith/runs';
import type { BackendChoice } from '@noisesmith/tensor';
import { deleteKeptRun, runsFolder } from '../../state/kept-runs';
import { openPageBackend, type PageBackend } from '../../worker/backend';
import { type Call, serveCalls, transferring } from '../../worker/calls';
import type { LaneEnd, LaneEvent, LaneSamples, StopAt } from './engine/lane';
import { LaneHost, type NewRun, type OpenedRun } from './engine/lane-host';
import { loadPageData, pageDataFacts } from './engine/page-data';
import type { PlacedFile } from './engine/pictures';
import type { PathOptions } from './engine/points-run';
import { settingErrors } from './engine/run-settings';
import { unzipRun, zipRun } from './engine/run-zip';
import type { DataFacts, SettingErrors, TrainSettings } from './settings';

/** A run to begin, as the page asks for it. */
export interface BeginRequest {
  /** The folder to keep it in. */
  readonly id: string;
  readonly title: string;
  readonly settings: TrainSettings;
  readonly pictures?: readonly PlacedFile[];
  readonly points?: Float32Array<ArrayBuffer>;
  readonly paths: PathOptions;
  /** Address of the folder that the page lies in. */
  readonly base: string;
  /** What is to compute. */
  readonly backend: BackendChoice;
}

export interface ContinueRequest {
  readonly id: string;
  readonly paths: PathOptions;
  readonly base: string;
  readonly backend: BackendChoice;
}

/** An opened run, and whether this browser keeps it. */
export interface Opened extends OpenedRun {
  readonly kept: boolean;
}

let host: LaneHost | undefined;
let release: (() => void) | undefined;
/** Where events of the host go: to whoever called last. */
let listener: (event: LaneEvent) => void = () => undefined;
/** Files of runs that the browser does not keep. */
const inMemory = new Map<string, RunFiles>();

async function filesOf(id: string): Promise<{ files: RunFiles; kept: boolean }> {
  const root = await runsFolder();
  if (root) return { files: await opfsRunFiles(await root.getDirectoryHandle(id, { create: true })), kept: true };
  const files = inMemory.get(id) ?? memoryRunFiles(id);
  inMemory.set(id, files);
  return { files, kept: false };
}

/** Keeps other tabs from training in the folder. @throws Error when one does */
async function lock(id: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    void navigator.locks.request(`noisesmith/runs/${id}`, { ifAvailable: true }, (got) => {
      if (!got) return reject(new Error('this run is open in another tab'));
      resolve();
      return new Promise<void>((done) => {
        release = done;
      });
    });
  });
}

function close(): void {
  host?.[Symbol.dispose]();
  host = undefined;
  release?.();
  release = undefined;
}

/** What a run goes on with: what it began with, whatever is chosen now. @throws Error, one line, where that is not there */
async function openFor(choice: BackendChoice, kept: string | undefined): Promise<PageBackend> {
  if (kept !== 'webgpu' && kept !== 'wasm') return await openPageBackend(choice);
  const had = kept === 'webgpu' ? 'WebGPU' : 'WebAssembly';
  try {
    const { name, ...opened } = await openPageBackend(kept);
    return { ...opened, name, words: `${name}: the run began with it, and keeps it` };
  } catch (error) {
    throw new Error(`this run was begun with ${had} and keeps it: ${(error as Error).message}`);
  }
}

type Opening = Pick<BeginRequest, 'id' | 'base' | 'backend'>;

async function open({ backend, base, id }: Opening, how: (host: LaneHost) => Promise<OpenedRun>): Promise<Opened> {
  close();
  await lock(id);
  try {
    const { files, kept } = await filesOf(id);
    host = new LaneHost(files, {
      openBackend: (kept) => openFor(backend, kept),
      onEvent: (event) => listener(event),
      digits: async () => (await loadPageData('digits', base)).bytes,
      tick: { seconds: 0.5 },
    });
    return { ...(await how(host)), kept };
  } catch (error) {
    close();
    throw error;
  }
}

async function newRun({ base, paths, pictures, points, settings, title }: BeginRequest): Promise<NewRun> {
  const run = { title, settings, classes: [] };
  switch (settings.data) {
    case 'points':
      return { ...run, data: { kind: 'points', points: points ?? new Float32Array(), paths } };
    case 'pictures':
      return { ...run, data: { kind: 'pictures', files: pictures ?? [] } };
    default: {
      const { bytes, channels, classes } = await loadPageData(settings.data, base);
      return { ...run, classes, data: { kind: 'npz', bytes, channels } };
    }
  }
}

const handlers = {
  check: (settings: TrainSettings): SettingErrors => settingErrors(settings, factsOf(settings)),

  async begin(request: BeginRequest, { emit }: Call): Promise<Opened> {
    listener = emit;
    const made = await newRun(request);
    try {
      return await open(request, (lane) => lane.create(made));
    } catch (error) {
      await deleteKeptRun(request.id).catch(() => undefined);
      throw error;
    }
  },

  async goOn(request: ContinueRequest, { emit }: Call): Promise<Opened> {
    listener = emit;
    return await open(request, (lane) => lane.resume(request.paths));
  },

  async train({ sampleSeconds, stop }: { stop: StopAt; sampleSeconds: number }, call: Call): Promise<LaneEnd> {
    listener = call.emit;
    return await opened().train(call.signal, stop, sampleSeconds);
  },

  async sample({ paths }: { paths?: PathOptions }, { emit, signal }: Call): Promise<LaneSamples> {
    listener = emit;
    return await opened().sample(signal, paths);
  },

  setPaths(paths: PathOptions): void {
    host?.setPaths(paths);
  },

  close,

  /** The weights as `noisesmith sample` reads them; undefined before the first checkpoint. */
  async weights({ id }: { id: string }): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return await (await filesOf(id)).files.read(runFileNames.weights);
  },

  async zip({ grids, id }: { id: string; grids: readonly string[] }): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await zipRun((await filesOf(id)).files, grids);
    return transferring(bytes, [bytes.buffer]);
  },

  async unzip({ file, id }: { id: string; file: File }): Promise<void> {
    try {
      await unzipRun(new Uint8Array(await file.arrayBuffer()), file.name, (await filesOf(id)).files);
    } catch (error) {
      await deleteKeptRun(id).catch(() => undefined);
      inMemory.delete(id);
      throw error;
    }
  },
};

/** What is known of data before they are loaded. */
function factsOf({ data }: TrainSettings): DataFacts {
  if (data !== 'digits' && data !== 'emoji') return { channels: 3, classes: 0 };
  const { channels, classes } = pageDataFacts[data];
  return { channels, classes: classes.length };
}

function opened(): LaneHost {
  if (!host) throw new Error('no run is open');
  return host;
}

export type TrainHandlers = typeof handlers;
serveCalls(handlers);
