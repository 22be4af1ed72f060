import { setFlagsFromString } from 'node:v8';

/** Turns relaxed SIMD on where it waits behind a flag, as in Node 20. */
export function allowRelaxedSimd(): void {
  // A V8 that has no such flag says so on the terminal.
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
