import { compile, f32, leastProfile, matmul } from '@noisesmith/tensor';
import { openPageBackend } from '../../worker/backend';

/** What the page computes with, or why it computes with nothing. Plain data. */
export interface DeviceDescription {
  /** The kind of backend: `webgpu`; null where there is none. */
  readonly backend: string | null;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** A CPU stands behind it. */
  readonly software: boolean;
  /** Invocations of a subgroup; 0 where it has none, or none of one size. */
  readonly subgroupSize: number;
  /** What the adapter offers, sorted. */
  readonly features: readonly string[];
  readonly limits: readonly (readonly [name: string, value: number, guaranteed: number])[];
  /** Whether a small program gave the right result. */
  readonly computes: boolean;
  /** What is wrong, in one line; null where nothing is. */
  readonly problem: string | null;
}

const nothing = {
  backend: null,
  vendor: '',
  architecture: '',
  device: '',
  description: '',
  software: false,
  subgroupSize: 0,
  features: [],
  limits: [],
  computes: false,
} as const;

const WRONG =
  'it computes wrong results: a product of two small matrices came out wrong; update the driver or the browser';

/** Opens the backend, looks at it, and lets it go. */
export async function describeDevice(): Promise<DeviceDescription> {
  try {
    using backend = await openPageBackend();
    const { architecture, description, device, limits, software, subgroupSize, vendor } = backend.profile;
    const inputs = { a: f32(2, 2), b: f32(2, 2) };
    using program = await compile(backend, { inputs }, ({ inputs: { a, b } }) => ({
      outputs: { product: matmul(a, b) },
    }));
    await program.run({ a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5, 6, 7, 8) });
    const computes = String(await program.read('product')) === '19,22,43,50';
    return {
      backend: backend.kind,
      vendor,
      architecture,
      device,
      description,
      software,
      subgroupSize,
      features: await adapterFeatures([...backend.gpu.features]),
      limits: Object.entries(limits).map(([name, value]) => [
        name,
        value,
        leastProfile.limits[name as keyof typeof limits],
      ]),
      computes,
      problem: computes ? null : WRONG,
    };
  } catch (error) {
    return { ...nothing, problem: (error as Error).message };
  }
}

/** What the adapter offers beside what the engine asks for. */
async function adapterFeatures(opened: readonly string[]): Promise<readonly string[]> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  return [...new Set([...opened, ...(adapter?.features ?? [])])].sort();
}
