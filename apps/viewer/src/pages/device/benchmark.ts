import { rin, rinConfig } from '@noisesmith/rin';
import { defaultTuning, presetConfig, timeSteps } from '@noisesmith/runs';
import { type Backend, type BackendChoice, compile, Device, f32, matmul, median, mul } from '@noisesmith/tensor';
import { trainConfig } from '@noisesmith/training';
import { openPageBackend } from '../../worker/backend';
import type { Call } from '../../worker/calls';

/** `quick`: small enough for a CPU; `full`: large enough to keep a GPU busy. */
export type BenchmarkSize = 'quick' | 'full';

/** A number that was measured. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  /** `GFLOP/s`, `GB/s`, `ms`, `images/s` */
  readonly unit: string;
  /** What was done, and how often. */
  readonly how: string;
}

export type BenchmarkEvent = { readonly doing: string; readonly share: number } | { readonly measured: Measurement };

export interface BenchmarkRequest {
  readonly size: BenchmarkSize;
  readonly prefer: BackendChoice;
}

interface Plan {
  readonly products: readonly number[];
  /** Elements of the vector that is streamed. */
  readonly stream: number;
  /** Seconds that each number is measured for, at least. */
  readonly seconds: number;
  readonly steps: number;
  readonly network: 'tiny' | 'mnist-tiny';
}

const plans: Readonly<Record<BenchmarkSize, Plan>> = {
  quick: { products: [64, 128, 256], stream: 2 ** 20, seconds: 0.1, steps: 3, network: 'tiny' },
  full: { products: [256, 512, 1024], stream: 2 ** 24, seconds: 0.3, steps: 10, network: 'mnist-tiny' },
};

const MOST_RUNS = 4096;
const ATTEMPTS = 5;

/** Something that runs again and again. */
interface Runnable {
  run(): Promise<void>;
}

async function secondsOf(backend: Backend, program: Runnable, runs: number, signal: AbortSignal): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < runs; i++) {
    signal.throwIfAborted();
    await program.run();
  }
  await backend.idle();
  return (performance.now() - start) / 1000;
}

/** Seconds of one run: the best of some attempts, each of as many runs as take long enough to be measured. */
async function secondsEach(backend: Backend, program: Runnable, seconds: number, signal: AbortSignal) {
  await secondsOf(backend, program, 2, signal);
  let runs = 1;
  let took = await secondsOf(backend, program, runs, signal);
  while (took < seconds && runs < MOST_RUNS) {
    runs = Math.min(MOST_RUNS, Math.max(2 * runs, Math.ceil((runs * seconds) / Math.max(took, 1e-4))));
    took = await secondsOf(backend, program, runs, signal);
  }
  let best = took / runs;
  for (let i = 1; i < ATTEMPTS; i++) best = Math.min(best, (await secondsOf(backend, program, runs, signal)) / runs);
  return { seconds: best, runs: runs * ATTEMPTS };
}

async function measureProduct(backend: Backend, size: number, plan: Plan, signal: AbortSignal): Promise<Measurement> {
  const spec = { a: f32(size, size), b: f32(size, size) };
  using program = await compile(
    backend,
    { state: spec },
    ({ state: { a, b } }) => ({ outputs: { product: matmul(a, b) } }),
    { label: `product ${size}`, fetch: [] },
  );
  const values = Float32Array.from({ length: size * size }, (_, i) => ((i * 31) % 17) / 17 - 0.5);
  for (const name of ['a', 'b'] as const) await program.state.load(name, values);
  const { runs, seconds } = await secondsEach(backend, program, plan.seconds, signal);
  return {
    name: `Matrix product ${size} × ${size}`,
    value: (2 * size ** 3) / seconds / 1e9,
    unit: 'GFLOP/s',
    how: `32-bit floats, best of ${runs} runs in ${ATTEMPTS} groups`,
  };
}

async function measureStream(backend: Backend, plan: Plan, signal: AbortSignal): Promise<Measurement> {
  const most =
    backend instanceof Device ? backend.profile.limits.maxStorageBufferBindingSize : Number.POSITIVE_INFINITY;
  const elements = Math.min(plan.stream, Math.floor(most / 4));
  using program = await compile(
    backend,
    { state: { x: f32(elements) } },
    ({ state: { x } }) => ({ state: { x: mul(x, 0.999) } }),
    { label: 'stream' },
  );
  await program.state.load('x', new Float32Array(elements).fill(1));
  const { runs, seconds } = await secondsEach(backend, program, plan.seconds, signal);
  return {
    name: 'Memory',
    value: (8 * elements) / seconds / 1e9,
    unit: 'GB/s',
    how: `a vector of ${(elements * 4) / 2 ** 20} MiB read and written, best of ${runs} runs in ${ATTEMPTS} groups`,
  };
}

/** A network so small that its step is mostly the cost of starting kernels. */
function networkOf(plan: Plan) {
  const { model, train } = presetConfig('mnist-tiny');
  if (plan.network === 'mnist-tiny') return { denoiser: rin(rinConfig(model)), config: trainConfig(train) };
  const small = { image: [8, 8] as [number, number], patch: 4, latents: 4, latentDim: 16, tapeDim: 16, blocks: [1] };
  const denoiser = rin(rinConfig({ ...model, ...small, heads: 2, rwHeads: 2, tapeConvKernel: 0 }));
  return { denoiser, config: trainConfig({ ...train, batch: 4 }) };
}

async function measureStep(backend: Backend, plan: Plan, { emit, signal }: Call): Promise<Measurement[]> {
  const { config, denoiser } = networkOf(plan);
  const parameters = denoiser.layout.segments.reduce((sum, { size }) => sum + size, 0);
  const step = await timeSteps(backend, {
    denoiser,
    config,
    tuning: defaultTuning(backend.target).table,
    repeats: plan.steps,
    signal,
    onProgress: (what, done, total) =>
      emit({ doing: `training step: ${what} ${done} of ${total}`, share: 0.6 + (0.4 * done) / total }),
  });
  step.engine.destroy();
  const ms = median(step.times.all);
  const how = `${plan.network === 'tiny' ? 'a very small RIN' : 'the RIN of mnist-tiny'}, ${parameters.toLocaleString('en-US')} parameters, batch ${config.batch}, median of ${step.times.all.length} steps`;
  return [
    { name: 'Training step', value: ms, unit: 'ms', how },
    { name: 'Training', value: (1000 * config.batch) / ms, unit: 'images/s', how },
  ];
}

/** Measures this machine through the engine; numbers are told as they come. */
export async function benchmark({ prefer, size }: BenchmarkRequest, call: Call): Promise<Measurement[]> {
  const { emit, signal } = call;
  const plan = plans[size];
  const all: Measurement[] = [];
  const tell = (event: BenchmarkEvent): void => emit(event);
  const take = (...measured: Measurement[]): void => {
    all.push(...measured);
    for (const one of measured) tell({ measured: one });
  };
  tell({ doing: 'opening what computes', share: 0 });
  const { backend: opened } = await openPageBackend(prefer);
  using backend = opened;
  for (const [i, product] of plan.products.entries()) {
    tell({ doing: `matrix product ${product} × ${product}`, share: 0.15 * i });
    take(await measureProduct(backend, product, plan, signal));
  }
  tell({ doing: 'memory', share: 0.45 });
  take(await measureStream(backend, plan, signal));
  tell({ doing: 'training step: compiling kernels', share: 0.6 });
  take(...(await measureStep(backend, plan, call)));
  return all;
}
