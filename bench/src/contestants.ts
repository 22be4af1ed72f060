import type { Job } from './job';
import type { Peer, PeerOptions } from './peer';
import type { MissingPyTorch } from './python';
import { referenceAmong } from './run';
import { selectNamed } from './select';

/** How a contestant is opened, inside a process of its own. Libraries are imported only there. */
type Open = (options: PeerOptions) => Promise<Peer>;

/** Every contestant by name. */
export const contestants: ReadonlyMap<string, Open> = new Map<string, Open>([
  ['noisesmith', async (options) => (await import('./peers/noisesmith/peer')).open('webgpu', options)],
  ['noisesmith-wasm', async (options) => (await import('./peers/noisesmith/peer')).open('wasm', options)],
  ['tfjs-webgpu', async (options) => (await import('./peers/tfjs/peer')).open('webgpu', options)],
  ['tfjs-wasm', async (options) => (await import('./peers/tfjs/peer')).open('wasm', options)],
  ['jax-js-webgpu', async (options) => (await import('./peers/jax/peer')).open('webgpu', options)],
  ['jax-js-wasm', async (options) => (await import('./peers/jax/peer')).open('wasm', options)],
  ['pytorch', async (options) => (await import('./peers/pytorch/peer')).open('cpu', options)],
  ['pytorch-cuda', async (options) => (await import('./peers/pytorch/peer')).open('cuda', options)],
  ['pytorch-cuda-graph', async (options) => (await import('./peers/pytorch/peer')).open('cuda-graph', options)],
  ['pytorch-cuda-tf32', async (options) => (await import('./peers/pytorch/peer')).open('cuda-tf32', options)],
  [
    'pytorch-cuda-tf32-graph',
    async (options) => (await import('./peers/pytorch/peer')).open('cuda-tf32-graph', options),
  ],
]);

/** Those that have convolutions and Inception-v3. */
const withConvolutions = ['noisesmith', 'noisesmith-wasm', 'tfjs-webgpu', 'tfjs-wasm'];

/** Those of `names` that do such a job: convolutions and Inception-v3 are compared with TensorFlow.js alone. */
export function contestantsOf({ kind }: Job, names: readonly string[]): string[] {
  if (kind === 'stream' || kind === 'frechet') return names.filter((name) => name === referenceAmong(names));
  if (kind === 'convolution' || kind === 'features') {
    return names.filter((name) => withConvolutions.includes(name));
  }
  return [...names];
}

/** Those that need more than npm packages: Python with PyTorch, and of these, those that need a GPU. */
const onPython = [...contestants.keys()].filter((name) => name.startsWith('pytorch'));
const onCuda = onPython.filter((name) => name.startsWith('pytorch-cuda'));

/** Those that compute on WebGPU. */
const onAdapters = ['noisesmith', 'tfjs-webgpu', 'jax-js-webgpu'];

/** Why contestants cannot run here, for each of them that cannot. */
export type Unable = ReadonlyMap<string, string>;

/**
 * @param withoutAdapter why there is no WebGPU adapter; undefined when there is one
 * @param pyTorch what is missing for those that need it; undefined where nobody looked
 */
export function unableBecause(withoutAdapter: string | undefined, pyTorch: MissingPyTorch | undefined): Unable {
  const because = (names: readonly string[], reason: string | undefined): [string, string][] =>
    reason === undefined ? [] : names.map((name) => [name, reason]);
  return new Map([
    ...because(onAdapters, withoutAdapter),
    ...because(onPython, pyTorch?.onCpu),
    ...because(onCuda, pyTorch?.onCuda),
  ]);
}

/** One whose compilation of a train step takes minutes on a software adapter. It runs when it is asked for. */
const slowToStart = 'jax-js-webgpu';

/**
 * The names in a comma-separated list, in the order given; `all` are all that can run. Without a list, all that can run
 * and are not slow to start.
 * @throws Error for a name that is not a contestant's, or that of one that cannot run
 */
export function selectContestants(list: string | undefined, unable: Unable): string[] {
  const known = [...contestants.keys()];
  const runnable = known.filter((name) => !unable.has(name));
  if (list === undefined) return runnable.filter((name) => name !== slowToStart);
  if (list.trim() === 'all') return runnable;
  const names = selectNamed('--contestants', 'contestant', list, new Map(known.map((name) => [name, name])));
  const none = names.find((name) => unable.has(name));
  if (none !== undefined) throw new Error(`--contestants: ${none} cannot run: ${unable.get(none)}`);
  return names;
}

/** Whether a list of contestants, or its absence, asks for whatever can run. */
export const isOpenList = (list: string | undefined): boolean => list === undefined || list.trim() === 'all';

/** Whether a list of contestants, or its absence, asks for one that needs Python. */
export const wantsPython = (list: string | undefined): boolean =>
  list === undefined || list.split(',').some((entry) => ['all', ...onPython].includes(entry.trim()));
