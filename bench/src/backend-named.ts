import { type Device, openDevice, openWasm, type Wasm } from '@noisesmith/tensor';

/** What the engine can be measured on. */
export type MeasuredBackend = 'webgpu' | 'wasm';

/** @throws Error naming the flag */
export function backendNamed(text: string): MeasuredBackend {
  if (text === 'webgpu' || text === 'wasm') return text;
  throw new Error(`--backend: ${JSON.stringify(text)}, expected webgpu or wasm`);
}

/** @param dawn flags for Dawn */
export const openMeasured = (kind: MeasuredBackend, dawn: readonly string[] = []): Promise<Device | Wasm> =>
  kind === 'wasm' ? openWasm() : openDevice({ dawnToggles: [...dawn] });
