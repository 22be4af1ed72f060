import { type BackendChoice, type Device, openBackend, type Wasm } from '@noisesmith/tensor';

/** What the engine can be measured on. */
export type MeasuredBackend = Exclude<BackendChoice, 'auto'>;

/** Why there is no WebGPU adapter, as the set-up of `npm run bench` found; undefined where it found one or did not look. */
export const missingAdapter = (): string | undefined => process.env.BENCH_WITHOUT_ADAPTER || undefined;

/** What a study measures when nothing is asked for. */
export const usualBackend = (): MeasuredBackend => (missingAdapter() === undefined ? 'webgpu' : 'wasm');

/** @throws Error naming the flag */
export function backendNamed(text: string): MeasuredBackend {
  if (text === 'webgpu' || text === 'wasm') return text;
  throw new Error(`--backend: ${JSON.stringify(text)}, expected webgpu or wasm`);
}

/** @param dawn flags for Dawn */
export async function openMeasured(kind: MeasuredBackend, dawn: readonly string[] = []): Promise<Device | Wasm> {
  return (await openBackend({ prefer: kind, webgpu: { dawnToggles: [...dawn] } })).backend;
}
