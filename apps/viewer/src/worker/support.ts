import type { BackendChoice } from '@noisesmith/tensor';

/** A module whose one function makes a vector: what the engine's WebAssembly stands on. */
const vectors = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  // Types: () → (); functions: one of that type.
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00],
  // Code: i32.const 0, i8x16.splat, drop.
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x1a, 0x0b],
);

const hasVectors = (): boolean => typeof WebAssembly === 'object' && WebAssembly.validate(vectors);

async function hasAdapter(): Promise<boolean> {
  try {
    return Boolean(await navigator.gpu?.requestAdapter());
  } catch {
    return false;
  }
}

/** Whether this browser has what `openPageBackend` of `backend.ts` opens for a choice; asks without loading the engine. */
export async function canCompute(choice: BackendChoice): Promise<boolean> {
  if (choice !== 'webgpu' && hasVectors()) return true;
  return choice !== 'wasm' && (await hasAdapter());
}
