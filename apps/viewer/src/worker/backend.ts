import { type Backend, type BackendChoice, openBackend } from '@noisesmith/tensor';

/** What a page computes with. */
export interface PageBackend {
  readonly backend: Backend;
  /** `WebAssembly, 2 threads` */
  readonly name: string;
  /** For the visitor, in one line: `WebAssembly, 2 threads: no usable GPU here`. */
  readonly words: string;
}

/** Opens what this browser computes with. The one place of the page that opens any. */
export async function openPageBackend(prefer: BackendChoice): Promise<PageBackend> {
  const { backend, name, why } = await openBackend({ prefer });
  const alone = backend.kind === 'wasm' && !globalThis.crossOriginIsolated;
  return { backend, name, words: `${name}: ${why}${alone ? `; ${ALONE}` : ''}` };
}

/** Why there is one thread where a machine has several cores. */
const ALONE = 'one thread, since the server of this page does not isolate it from other sites, as threads ask for';
