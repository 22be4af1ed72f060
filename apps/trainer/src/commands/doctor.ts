import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  type AdapterProfile,
  type Backend,
  type BackendChoice,
  compile,
  type Device,
  DeviceError,
  f32,
  matmul,
  type OpenedBackend,
  type Target,
  type TuningStore,
  tuningKey,
} from '@noisesmith/tensor';
import { type Command, jsonFlag } from '../command';
import type { Context } from '../context';
import { exitCodes } from '../errors';
import { type Diagnosis, diagnose } from '../machine/diagnosis';
import { byteSize, printJson, table } from '../output';

/** What was found of one backend. `problem` tells what is missing, or that a small program gave a wrong result. */
interface Examined {
  readonly computes: boolean;
  readonly problem: string | null;
}

interface WebgpuFound extends Examined {
  /** Null where there is none. */
  readonly adapter: AdapterProfile | null;
  readonly features: readonly string[];
  /** The table that `tune` left for this adapter: what it is kept under, and how many choices it holds. */
  readonly tuning: { readonly key: string; readonly choices: number | null } | null;
}

interface WasmFound extends Examined {
  /** Vectors and threads, where it runs. */
  readonly description: string | null;
}

interface Report extends Diagnosis, Omit<WebgpuFound, keyof Examined> {
  readonly node: string;
  readonly platform: string;
  /** Version of the npm package. */
  readonly webgpu: string | null;
  /** What computes unless `--backend` says otherwise, and why. */
  readonly backend: Pick<OpenedBackend, 'kind' | 'name' | 'why'> | null;
  readonly adapterProblem: string | null;
  readonly wasm: WasmFound;
  /** Of what is chosen. */
  readonly computes: boolean;
  /** What keeps it from computing, if anything. */
  readonly problem: string | null;
}

interface WebgpuPackage {
  readonly version: string;
  /** Path of its native part for this system. */
  readonly addon: string;
}

/** The npm package webgpu; undefined when it is not installed. */
function webgpuPackage(): WebgpuPackage | undefined {
  const require = createRequire(import.meta.url);
  try {
    const { version } = require('webgpu/package.json') as { version: string };
    const build = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
    return { version, addon: join(dirname(require.resolve('webgpu')), 'dist', build, 'dawn.node') };
  } catch {
    return undefined;
  }
}

/** Multiplies two small matrices whose product is known. */
async function computes(backend: Backend): Promise<boolean> {
  const inputs = { a: f32(2, 2), b: f32(2, 2) };
  using program = await compile(backend, { inputs }, (args) => ({
    outputs: { product: matmul(args.inputs.a, args.inputs.b) },
  }));
  await program.run({ a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5, 6, 7, 8) });
  return String(await program.read('product')) === '19,22,43,50';
}

async function storedTuning(store: TuningStore, target: Target): Promise<NonNullable<Report['tuning']>> {
  const key = tuningKey(target);
  const stored = await store.read(key);
  return { key, choices: stored ? Object.keys(stored.choices).length : null };
}

/** What a backend says when it does not open; whatever else goes wrong is thrown. */
async function openedOr(
  prefer: BackendChoice,
  context: Context,
): Promise<{ readonly opened: OpenedBackend } | { readonly problem: string }> {
  try {
    return { opened: await context.openBackend(prefer) };
  } catch (error) {
    if (error instanceof DeviceError) return { problem: error.message };
    throw error;
  }
}

const WRONG = 'a small product came out wrong';

async function examineWebgpu(store: TuningStore, context: Context): Promise<WebgpuFound> {
  const found = await openedOr('webgpu', context);
  if ('problem' in found) return { ...found, computes: false, adapter: null, features: [], tuning: null };
  using device = found.opened.backend as Device;
  const works = await computes(device);
  return {
    computes: works,
    problem: works ? null : `WebGPU: ${WRONG}; update the driver of the adapter`,
    adapter: device.profile,
    features: [...device.gpu.features].sort(),
    tuning: await storedTuning(store, device.target),
  };
}

async function examineWasm(context: Context): Promise<WasmFound> {
  const found = await openedOr('wasm', context);
  if ('problem' in found) return { ...found, computes: false, description: null };
  using backend = found.opened.backend;
  const works = await computes(backend);
  const { description } = backend.profile;
  return { computes: works, problem: works ? null : `WebAssembly: ${WRONG}`, description };
}

async function chosenHere(context: Context): Promise<{ backend: Report['backend']; problem: string | null }> {
  const found = await openedOr('auto', context);
  if ('problem' in found) return { backend: null, problem: found.problem };
  const { backend, kind, name, why } = found.opened;
  backend.destroy();
  return { backend: { kind, name, why }, problem: null };
}

/** What the system has for WebGPU to stand on, and what it lacks. */
function machineRows({ drivers, findings, gpuNodes, loader }: Diagnosis): string[][] {
  // Without a GPU nothing is lost: WebAssembly is there.
  const lacking = gpuNodes.length > 0 ? 'GPU not used' : 'WebGPU lacks';
  return [
    ['GPU devices', gpuNodes.map(({ path }) => path).join(', ') || 'none found'],
    ...(loader === undefined ? [] : [['Vulkan loader', loader]]),
    ...(drivers.length === 0
      ? []
      : [['Vulkan drivers', drivers.map(({ library, there }) => `${library}${there ? '' : ' (missing)'}`).join(', ')]]),
    ...findings.map((finding) => [lacking, finding]),
  ];
}

const verdict = ({ computes: works, problem }: Examined): string => (works ? 'yes' : `NO: ${problem}`);

function adapterRows(
  { adapter, features, tuning, ...examined }: WebgpuFound,
  { architecture, description, device, limits, software, subgroupSize, vendor }: AdapterProfile,
): string[][] {
  const isBytes = (name: string): boolean => /Size$|Buffer/.test(name) && !/Workgroup|Buffers|Alignment/.test(name);
  const name = [description, device, architecture].find((text) => text !== '');
  return [
    ['adapter', `${name ?? 'unnamed'} (vendor ${vendor || 'unknown'}, architecture ${architecture || 'unknown'})`],
    ['kind', software ? 'software: correct, and slow' : 'GPU'],
    ['features', features.join(', ') || 'none'],
    ['subgroups', subgroupSize > 0 ? `of ${subgroupSize}` : 'no fixed size'],
    ['WebGPU computes', verdict(examined)],
    ['tuning', tuning?.choices ? `${tuning.choices} choices stored` : 'none stored; noisesmith tune measures kernels'],
    ...Object.entries(limits).map(([limit, value]) => [limit, isBytes(limit) ? byteSize(value) : String(value)]),
  ];
}

function print(report: Report, found: WebgpuFound): string {
  const { backend, node, platform, wasm, webgpu } = report;
  const { adapter } = found;
  return table([
    ['computing on', backend ? `${backend.name}: ${backend.why}` : 'nothing'],
    ['node', `${node} on ${platform}`],
    ...(wasm.description === null ? [] : [['WebAssembly', wasm.description]]),
    ['it computes', verdict(wasm)],
    ['webgpu', webgpu ?? 'not installed'],
    ...machineRows(report),
    ...(adapter ? adapterRows(found, adapter) : [['adapter', found.problem ?? 'none']]),
  ]);
}

export const doctor: Command = {
  name: 'doctor',
  summary: 'what computes here and why, whether it computes right, and why a GPU is not used',
  positionals: [],
  flags: jsonFlag,
  example: '',
  async run(args, context) {
    const installed = webgpuPackage();
    const store = context.openTuningStore((line) => context.err(`warning: ${line}\n`));
    const webgpu = await examineWebgpu(store, context);
    const wasm = await examineWasm(context);
    const { backend, problem } = await chosenHere(context);
    const { adapter } = webgpu;
    const about = adapter === null ? 'none' : adapter.software ? 'software' : 'gpu';
    const chosen = backend?.kind === 'webgpu' ? webgpu : wasm;
    const report: Report = {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      webgpu: installed?.version ?? null,
      ...diagnose(context.host, about, installed?.addon),
      backend,
      adapter,
      features: webgpu.features,
      tuning: webgpu.tuning,
      adapterProblem: webgpu.problem,
      wasm,
      computes: backend !== null && chosen.computes,
      problem: problem ?? (chosen.computes ? null : chosen.problem),
    };
    if (args.has('json')) printJson(context, report);
    else context.out(print(report, webgpu));
    if (report.problem === null) return exitCodes.done;
    context.err(`noisesmith: ${report.problem}\n`);
    return exitCodes.failed;
  },
};
