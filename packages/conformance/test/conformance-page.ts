/** What the page of the browser test runs: the fixture is fetched, the results are returned. */
import { runConformance } from '@noisesmith/conformance';
import { openDevice, openWasm } from '@noisesmith/tensor';

async function runInPage(backend: 'webgpu' | 'wasm'): Promise<Uint8Array> {
  const fixture = new Uint8Array(await (await fetch('/fixture')).arrayBuffer());
  return runConformance(await (backend === 'wasm' ? openWasm() : openDevice()), fixture);
}

declare global {
  var conformance: { readonly run: typeof runInPage };
}
globalThis.conformance = { run: runInPage };
