import { flattenParameters, initialParameters, parameterViews } from '@noisesmith/diffusion';
import { type NdArray, writeSafetensors } from '@noisesmith/formats';
import { type RinConfig, rin, rinConfig, rinConfigToMetadata, rinForward } from '@noisesmith/rin';
import { startNoise } from '@noisesmith/samplers';
import { f32, grad, interpret, trace } from '@noisesmith/tensor';
import { trainingLoss } from '@noisesmith/training';

const BATCH = 2;
const STEPS = 3;
const SAMPLING_STEPS = 3;
const INPUT_SCALE = 0.6;
const RATES = [0, 1e-2, 2e-2];
const EMA_DECAY = 0.75;
const LAMB = { weightDecay: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-7 };
const ETA = 0.5;
const TIME_SCALE = 50;

const config: RinConfig = rinConfig({
  image: [8, 12],
  channels: 1,
  patch: 4,
  latents: 4,
  latentDim: 16,
  tapeDim: 8,
  blocks: [1],
  heads: 2,
  rwHeads: 2,
  latentMlp: 2,
  tapeMlp: 2,
  classes: 0,
  timeScale: TIME_SCALE,
  tapePos: 'sin_cos',
  latentPos: 'sin_cos_plus_learned',
});
const net = rin(config);
const imageShape = [...net.imageShape];
const pixels = imageShape.reduce((a, b) => a * b, 1);

type Vector = Float64Array | Float32Array;
const zip = (f: (...values: number[]) => number, ...vectors: Vector[]): Float64Array =>
  Float64Array.from(vectors[0]!, (_, i) => f(...vectors.map((v) => v[i]!)));

/** Parameters away from their start, where some are zero. */
function someParameters(): Float32Array {
  const views = parameterViews(net.layout, initialParameters(net, 5));
  let seed = 100;
  return flattenParameters(
    net.layout,
    new Map(
      [...views].map(([name, view]) => [
        name,
        Float32Array.from(startNoise(seed++, view.length), (n, i) => view[i]! + 0.1 * n),
      ]),
    ),
  );
}

const lossGraph = trace(
  {
    inputs: {
      image: f32(BATCH, ...imageShape),
      noise: f32(BATCH, ...imageShape),
      alpha: f32(BATCH),
      sigma: f32(BATCH),
      timeFeatures: f32(BATCH, net.timeFeatures.width),
      mask: f32(BATCH),
    },
    state: { params: net.layout },
  },
  ({ inputs, state }) => {
    const process = { inputScale: INPUT_SCALE, normalize: true, predictionType: 'eps', loss: 'eps' } as const;
    const result = trainingLoss(net, state.params.tensors, { ...inputs, first: { mask: inputs.mask } }, process);
    const { loss, prediction } = result;
    return { outputs: { loss, prediction, carry: result.firstCarry!, ...grad(loss, state.params.tensors) } };
  },
);

const passGraph = (batch: number) =>
  trace(
    {
      inputs: {
        x: f32(batch, ...imageShape),
        timeFeatures: f32(batch, net.timeFeatures.width),
        carry: f32(batch, ...net.carryShape),
      },
      state: { params: net.layout },
    },
    ({ inputs, state }) => {
      const { latents, prediction, tape } = rinForward(config, state.params.tensors, inputs);
      return { outputs: { eps: prediction, latents, tape } };
    },
  );

interface Batch {
  readonly img01: Float32Array;
  readonly noise: Float32Array;
  readonly t: Float32Array;
  readonly gamma: Float32Array;
  readonly sc_mask: Float32Array;
}

function someBatch(seed: number): Batch {
  const t = Float32Array.from({ length: BATCH }, (_, i) => 0.2 + 0.25 * i + 0.05 * seed);
  return {
    img01: Float32Array.from(startNoise(seed + 300, BATCH * pixels), (n) => 0.5 + 0.2 * Math.tanh(n)),
    noise: startNoise(seed + 400, BATCH * pixels),
    t,
    gamma: t.map((time) => 1 - time),
    sc_mask: Float32Array.from({ length: BATCH }, (_, i) => (i + seed) % 2),
  };
}

function lossOf(parameters: Vector, { gamma, img01, noise, sc_mask }: Batch) {
  const inputs = {
    image: img01,
    noise,
    alpha: Float32Array.from(gamma, Math.sqrt),
    sigma: Float32Array.from(gamma, (g) => Math.sqrt(1 - g)),
    timeFeatures: net.timeFeatures.compute(gamma),
    mask: sc_mask,
  };
  return interpret(lossGraph, { inputs, state: { params: parameters } }).outputs;
}

/** LAMB and the average in plain arithmetic, as fixtures/README and You et al. 2019 have them. */
function trainByHand(start: Float32Array, batches: readonly Batch[]) {
  let weights: Float64Array = Float64Array.from(start);
  let [m, v] = [new Float64Array(weights.length), new Float64Array(weights.length)] as [Float64Array, Float64Array];
  let average: Float64Array = weights.slice();
  const losses: number[] = [];
  batches.forEach((batch, step) => {
    const outputs = lossOf(weights, batch);
    losses.push(outputs.loss![0]!);
    const gradient = flattenParameters(net.layout, outputs as Record<string, Float64Array>);
    m = zip((old, g) => LAMB.beta1 * old + (1 - LAMB.beta1) * g, m, gradient);
    v = zip((old, g) => LAMB.beta2 * old + (1 - LAMB.beta2) * g * g, v, gradient);
    const next = weights.slice();
    for (const { name, offset, size } of net.layout.segments) {
      const part = (x: Float64Array): Float64Array => x.subarray(offset, offset + size);
      const plain = /\.(bias|gamma|beta)$/.test(name);
      const update = zip(
        (w, first, second) =>
          first / (1 - LAMB.beta1 ** (step + 1)) / (Math.sqrt(second / (1 - LAMB.beta2 ** (step + 1))) + LAMB.epsilon) +
          (plain ? 0 : LAMB.weightDecay * w),
        part(weights),
        part(m),
        part(v),
      );
      const [w, u] = [Math.hypot(...part(weights)), Math.hypot(...update)];
      const ratio = plain || w === 0 || u === 0 ? 1 : w / u;
      next.set(
        zip((old, change) => old - RATES[step]! * ratio * change, part(weights), update),
        offset,
      );
    }
    weights = next;
    average = zip((old, w) => EMA_DECAY * old + (1 - EMA_DECAY) * w, average, weights);
  });
  return { weights, average, losses };
}

/** DDIM with eta in plain arithmetic, as fixtures/README has it. */
function sampleByHand(parameters: Float32Array, start: Float32Array, noise: Float32Array) {
  const graph = passGraph(1);
  const gammaAt = (t: number): number => Math.cos((Math.PI / 2) * ((t + 0.0002) / 1.00025)) ** 2;
  let x: Float64Array = Float64Array.from(start);
  let x0 = x;
  let carry: Float64Array = new Float64Array(config.latents * config.latentDim);
  const trace: Float64Array[] = [];
  for (let i = 0; i < SAMPLING_STEPS; i++) {
    const [g, next] = [gammaAt(1 - i / SAMPLING_STEPS), gammaAt(1 - (i + 1) / SAMPLING_STEPS)];
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const deviation = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length);
    const { outputs } = interpret(graph, {
      inputs: { x: x.map((value) => value / deviation), timeFeatures: net.timeFeatures.compute([g]), carry },
      state: { params: parameters },
    });
    carry = Float64Array.from(outputs.latents!);
    x0 = zip(
      (xi, out) => Math.min(INPUT_SCALE, Math.max(-INPUT_SCALE, (xi - Math.sqrt(1 - g) * out) / Math.sqrt(g))),
      x,
      outputs.eps!,
    );
    const eps = zip((xi, clean) => (xi - Math.sqrt(g) * clean) / Math.sqrt(1 - g), x, x0);
    const s2 = ((ETA ** 2 * (1 - next)) / (1 - g)) * (1 - g / next);
    const fresh = noise.subarray(i * pixels, (i + 1) * pixels);
    x = zip(
      (clean, e, n) => Math.sqrt(next) * clean + Math.sqrt(Math.max(0, 1 - next - s2)) * e + Math.sqrt(s2) * n,
      x0,
      eps,
      fresh,
    );
    trace.push(x);
  }
  return { trace, carry, image01: x0.map((value) => value / (2 * INPUT_SCALE) + 0.5) };
}

/** Sines, then cosines, of position·10000^(−2k/width); coordinate i of n stands at i/(n−1)·TIME_SCALE. */
function code(i: number, n: number, width: number): number[] {
  const position = (i / (n - 1)) * TIME_SCALE;
  const angles = Array.from({ length: width / 2 }, (_, k) => position * 10000 ** ((-2 * k) / width));
  return [...angles.map(Math.sin), ...angles.map(Math.cos)];
}

function positions(): Record<string, [number[], number[]]> {
  const [rows, columns] = [config.image[0] / config.patch, config.image[1] / config.patch];
  const half = config.tapeDim / 2;
  const tape = Array.from({ length: rows * columns }, (_, i) => [
    ...code(Math.floor(i / columns), rows, half),
    ...code(i % columns, columns, half),
  ]);
  const slots = config.latents - 1;
  const latents = Array.from({ length: slots }, (_, i) => code(i, slots, config.latentDim));
  return {
    'pos.tape': [[rows * columns, config.tapeDim], tape.flat()],
    'pos.latents': [[slots, config.latentDim], latents.flat()],
  };
}

/**
 * A `rin-fixture-2` file of a network without classes, on images that are not square, with fixed position codes, training
 * steps with fresh gradients, and DDIM with eta: float64 results of the oracle and of plain arithmetic.
 */
export function syntheticFixture(): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, NdArray>();
  const put = (name: string, shape: readonly number[], data: ArrayLike<number>): void => {
    tensors.set(name, { dtype: 'F32', shape: [...shape], data: Float32Array.from(data) });
  };
  const putAll = (prefix: string, flat: Vector): void => {
    for (const [name, view] of parameterViews(net.layout, flat)) {
      put(`${prefix}.${name}`, net.layout.segments.find((segment) => segment.name === name)!.shape, view);
    }
  };
  const parameters = someParameters();
  putAll('param', parameters);
  for (const [name, [shape, data]] of Object.entries(positions())) put(name, shape, data);

  const x = startNoise(900, BATCH * pixels);
  const gamma = Float32Array.of(0.8, 0.3);
  const previous = startNoise(901, BATCH * config.latents * config.latentDim);
  put('in.x', [BATCH, ...imageShape], x);
  put('in.gamma', [BATCH], gamma);
  put('in.latent_prev', [BATCH, ...net.carryShape], previous);
  const { outputs: out } = interpret(passGraph(BATCH), {
    inputs: { x, timeFeatures: net.timeFeatures.compute(gamma), carry: previous },
    state: { params: parameters },
  });
  put('out.eps', [BATCH, ...imageShape], out.eps!);
  put('out.latents', [BATCH, ...net.carryShape], out.latents!);
  put('out.tape', [BATCH, 6, config.tapeDim], out.tape!);

  const batch = someBatch(0);
  const small = ['t', 'gamma', 'sc_mask'] as const;
  for (const name of small) put(`train.${name}`, [BATCH], batch[name]);
  for (const name of ['img01', 'noise'] as const) put(`train.${name}`, [BATCH, ...imageShape], batch[name]);
  const once = lossOf(parameters, batch);
  put('train.loss', [1], once.loss!);
  put('train.eps_pred', [BATCH, ...imageShape], once.prediction!);
  put('train.latents_pass1', [BATCH, ...net.carryShape], once.carry!);
  putAll('grad', flattenParameters(net.layout, once as Record<string, Float64Array>));

  const batches = Array.from({ length: STEPS }, (_, step) => someBatch(step + 1));
  const stacked = (name: keyof Batch): number[] => batches.flatMap((one) => Array.from(one[name]));
  for (const name of small) put(`steps.${name}`, [STEPS, BATCH], stacked(name));
  for (const name of ['img01', 'noise'] as const) put(`steps.${name}`, [STEPS, BATCH, ...imageShape], stacked(name));
  put('steps.lr', [STEPS], RATES);
  const trained = trainByHand(parameters, batches);
  put('train.step_loss', [STEPS], trained.losses);
  putAll(`lamb${STEPS}`, trained.weights);
  putAll('ema', trained.average);

  const start = startNoise(902, pixels);
  const noise = startNoise(903, SAMPLING_STEPS * pixels);
  put('sample.x_T', [1, ...imageShape], start);
  put('sample.noise', [SAMPLING_STEPS, 1, ...imageShape], noise);
  const sampled = sampleByHand(parameters, start, noise);
  for (const i of [0, SAMPLING_STEPS - 1]) put(`sample.halfway.x_after${i}`, [1, ...imageShape], sampled.trace[i]!);
  put('sample.halfway.image01', [1, ...imageShape], sampled.image01);
  put('sample.halfway.latents', [1, ...net.carryShape], sampled.carry);

  return writeSafetensors(tensors, {
    format: 'rin-fixture-2',
    config: rinConfigToMetadata(config),
    train: JSON.stringify({ b: INPUT_SCALE, normalise: true }),
    lamb: JSON.stringify({ weight_decay: LAMB.weightDecay, beta1: LAMB.beta1, beta2: LAMB.beta2, eps: LAMB.epsilon }),
    ema: JSON.stringify({ decay: EMA_DECAY }),
    sampler: JSON.stringify({ runs: [{ key: 'halfway', kind: 'ddim', eta: ETA, guidance: 0 }] }),
  });
}
