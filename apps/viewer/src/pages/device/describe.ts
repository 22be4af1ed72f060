import { type Backend, type BackendChoice, compile, Device, f32, leastProfile, matmul } from '@noisesmith/tensor';
import { openPageBackend } from '../../worker/backend';

/** What the page computes with, or why it computes with nothing. Plain data. */
export interface DeviceDescription {
  /** The kind of backend; null where there is none. */
  readonly backend: 'webgpu' | 'wasm' | null;
  /** What computes and why, in one line: `WebAssembly, 2 threads: no usable GPU here`. */
  readonly words: string;
  /** What it tells of itself, by names; nothing that it leaves out. */
  readonly about: readonly (readonly [name: string, value: string])[];
  /** A CPU computes. */
  readonly software: boolean;
  /** What an adapter of WebGPU offers, sorted. */
  readonly features: readonly string[];
  readonly limits: readonly (readonly [name: string, value: number, guaranteed: number])[];
  /** Whether a small program gave the right result. */
  readonly computes: boolean;
  /** What is wrong, in one line; null where nothing is. */
  readonly problem: string | null;
}

const nothing = {
  backend: null,
  words: '',
  about: [],
  software: false,
  features: [],
  limits: [],
  computes: false,
} as const;

const WRONG =
  'it computes wrong results: a product of two small matrices came out wrong; update the driver or the browser';

/** Opens the backend, looks at it, and lets it go. */
export async function describeDevice({ prefer }: { prefer: BackendChoice }): Promise<DeviceDescription> {
  try {
    const { backend: opened, words } = await openPageBackend(prefer);
    using backend = opened;
    const computes = await isRight(backend);
    return {
      backend: backend.kind === 'wasm' ? 'wasm' : 'webgpu',
      words,
      about: [
        ...aboutOf(backend),
        ['Computes', `${computes ? 'yes' : 'no'}: a small product came out ${computes ? 'right' : 'wrong'}`],
      ],
      software: backend.profile.software,
      ...(backend instanceof Device ? await adapterOf(backend) : { features: [], limits: [] }),
      computes,
      problem: computes ? null : WRONG,
    };
  } catch (error) {
    return { ...nothing, problem: (error as Error).message };
  }
}

async function isRight(backend: Backend): Promise<boolean> {
  const inputs = { a: f32(2, 2), b: f32(2, 2) };
  using program = await compile(backend, { inputs }, ({ inputs: { a, b } }) => ({
    outputs: { product: matmul(a, b) },
  }));
  await program.run({ a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5, 6, 7, 8) });
  return String(await program.read('product')) === '19,22,43,50';
}

function aboutOf(backend: Backend): (readonly [string, string])[] {
  const { architecture, description, device, software, vendor } = backend.profile;
  const told = [
    ['Vendor', vendor],
    ['Architecture', architecture],
    ['Device', device],
    ['Description', description],
  ] as const;
  return [
    ['Backend', backend.kind === 'wasm' ? 'WebAssembly' : 'WebGPU'],
    ...told.filter(([, value]) => value !== ''),
    ['Kind', software ? 'software, on the CPU' : 'GPU'],
    ...(backend instanceof Device ? [['Subgroups', subgroups(backend)] as const] : []),
    ...(backend.kind === 'wasm' ? [['Memory', memory()] as const] : []),
  ];
}

const subgroups = ({ profile: { subgroupSize } }: Device): string =>
  subgroupSize > 0 ? `of ${subgroupSize} invocations` : 'none of a fixed size';

const memory = (): string =>
  globalThis.crossOriginIsolated ? 'shared by the threads, up to 4 GiB' : 'of one thread, up to 4 GiB';

/** What the adapter offers beside what the engine asks for, and the limits that it was opened with. */
async function adapterOf({ gpu, profile }: Device): Promise<Pick<DeviceDescription, 'features' | 'limits'>> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  return {
    features: [...new Set([...gpu.features, ...(adapter?.features ?? [])])].sort(),
    limits: Object.entries(profile.limits).map(([name, value]) => [
      name,
      value,
      leastProfile.limits[name as keyof typeof profile.limits],
    ]),
  };
}
