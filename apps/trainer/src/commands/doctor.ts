import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  type AdapterProfile,
  compile,
  type Device,
  f32,
  matmul,
  NoAdapterError,
  type Target,
  type TuningStore,
  tuningKey,
} from '@noisesmith/tensor';
import { type Command, jsonFlag } from '../command';
import { exitCodes } from '../errors';
import { type Diagnosis, diagnose } from '../machine/diagnosis';
import { byteSize, printJson, table } from '../output';

interface Report extends Diagnosis {
  readonly node: string;
  readonly platform: string;
  readonly webgpu: string | null;
  readonly adapter: AdapterProfile | null;
  readonly features: readonly string[];
  /** Whether a small program gave the right result. */
  readonly computes: boolean;
  /** The table that `tune` left for this adapter: what it is kept under, and how many choices it holds. */
  readonly tuning: { readonly key: string; readonly choices: number | null } | null;
  /** What is wrong and what to install, if anything. */
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
async function computes(device: Device): Promise<boolean> {
  const inputs = { a: f32(2, 2), b: f32(2, 2) };
  using program = await compile(device, { inputs }, (args) => ({
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

/** What the system has for WebGPU to stand on, and what it lacks. */
function machineRows({ drivers, findings, gpuNodes, loader }: Diagnosis): string[][] {
  return [
    ...(gpuNodes.length > 0 ? [['GPU devices', gpuNodes.map(({ path }) => path).join(', ')]] : []),
    ...(loader === undefined ? [] : [['Vulkan loader', loader]]),
    ...(drivers.length === 0
      ? []
      : [['Vulkan drivers', drivers.map(({ library, there }) => `${library}${there ? '' : ' (missing)'}`).join(', ')]]),
    ...findings.map((finding) => ['to mend', finding]),
  ];
}

function print(report: Report): string {
  const { adapter, computes: works, features, node, platform, problem, tuning, webgpu } = report;
  const rows = [['node', `${node} on ${platform}`], ['webgpu', webgpu ?? 'not installed'], ...machineRows(report)];
  if (!adapter) return table([...rows, ['problem', problem ?? '']]);
  const isBytes = (name: string): boolean => /Size$|Buffer/.test(name) && !/Workgroup|Buffers|Alignment/.test(name);
  const name = [adapter.description, adapter.device, adapter.architecture].find((text) => text !== '');
  return table([
    ...rows,
    [
      'adapter',
      `${name ?? 'unnamed'} (vendor ${adapter.vendor || 'unknown'}, architecture ${adapter.architecture || 'unknown'})`,
    ],
    ['kind', adapter.software ? 'software: correct, and slow' : 'GPU'],
    ['features', features.join(', ') || 'none'],
    ['subgroups', adapter.subgroupSize > 0 ? `of ${adapter.subgroupSize}` : 'no fixed size'],
    ['computes', works ? 'yes' : 'NO: a small product came out wrong'],
    ['tuning', tuning?.choices ? `${tuning.choices} choices stored` : 'none stored; noisesmith tune measures kernels'],
    ...Object.entries(adapter.limits).map(([limit, value]) => [
      limit,
      isBytes(limit) ? byteSize(value) : String(value),
    ]),
  ]);
}

export const doctor: Command = {
  name: 'doctor',
  summary: 'the WebGPU adapter, its features and limits; what to install if there is none, or a GPU is not used',
  positionals: [],
  flags: jsonFlag,
  example: '',
  async run(args, context) {
    const installed = webgpuPackage();
    const about = {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      webgpu: installed?.version ?? null,
    };
    const warn = (line: string): void => context.err(`warning: ${line}\n`);
    let report: Report;
    try {
      using device = await context.openDevice();
      const works = await computes(device);
      report = {
        ...about,
        ...diagnose(context.host, device.profile.software ? 'software' : 'gpu', installed?.addon),
        adapter: device.profile,
        features: [...device.gpu.features].sort(),
        computes: works,
        tuning: await storedTuning(context.openTuningStore(warn), device.target),
        problem: works ? null : 'the adapter computes wrong results; update its driver',
      };
    } catch (error) {
      if (!(error instanceof NoAdapterError)) throw error;
      const found = diagnose(context.host, 'none', installed?.addon);
      report = {
        ...about,
        ...found,
        adapter: null,
        features: [],
        computes: false,
        tuning: null,
        problem: found.findings[0] ?? error.message,
      };
    }
    if (args.has('json')) printJson(context, report);
    else context.out(print(report));
    if (report.problem === null) return exitCodes.done;
    context.err(`noisesmith: ${report.problem}\n`);
    return exitCodes.failed;
  },
};
