import { compile, lamb, type Store, type Tensor } from '@noisesmith/tensor';
import type { Session } from './session';

export const optimizerScalars = ['learningRate', 'correction1', 'correction2', 'emaDecay'] as const;
export type OptimizerScalars = Record<(typeof optimizerScalars)[number], number>;

export const optimizerState = ['params', 'firstMoment', 'secondMoment', 'ema'] as const;

/** The flat vectors that LAMB keeps, all of the network's layout. */
export const optimizerSpec = ({ net }: Session) =>
  ({ params: net.layout, firstMoment: net.layout, secondMoment: net.layout, ema: net.layout }) as const;

/** Fresh moments, and an average that starts as a copy of the weights. */
export function resetState({ parameters }: Session, store: Store): void {
  const zeros = new Float32Array(parameters.length);
  store.write('params', parameters);
  store.write('firstMoment', zeros);
  store.write('secondMoment', zeros);
  store.write('ema', parameters);
}

/** Numbers of step `step`, counted from 0. */
export function scalarsAt({ settings }: Session, step: number, learningRate: number): OptimizerScalars {
  const { beta1, beta2 } = settings.lamb;
  return {
    learningRate,
    correction1: 1 / (1 - beta1 ** (step + 1)),
    correction2: 1 / (1 - beta2 ** (step + 1)),
    emaDecay: settings.emaDecay,
  };
}

type Vectors = Readonly<Record<(typeof optimizerState)[number], { readonly flat: Tensor }>>;

/** One LAMB step as the fixtures have it: biases and norms get neither decay nor trust ratio. */
export function lambUpdate(
  { net, settings }: Session,
  state: Vectors,
  gradients: Tensor,
  scalars: Readonly<Record<(typeof optimizerScalars)[number], Tensor>>,
): Record<(typeof optimizerState)[number], Tensor> {
  const { beta1, beta2, epsilon, weightDecay } = settings.lamb;
  const before = {
    weights: state.params.flat,
    gradients,
    firstMoment: state.firstMoment.flat,
    secondMoment: state.secondMoment.flat,
    average: state.ema.flat,
  };
  const after = lamb(net.layout, before, scalars, {
    beta1,
    beta2,
    epsilon,
    weightDecay,
    exclude: (name) => /\.(bias|gamma|beta)$/.test(name),
  });
  return {
    params: after.weights,
    firstMoment: after.firstMoment,
    secondMoment: after.secondMoment,
    ema: after.average,
  };
}

/**
 * LAMB steps that all use one given gradient.
 * @param after told the weights after each step, counted from 1
 */
export async function repeatLamb(
  session: Session,
  gradient: Float32Array,
  steps: number,
  after: (step: number, weights: Float32Array) => void,
): Promise<void> {
  const { device, net, settings } = session;
  const spec = { state: { ...optimizerSpec(session), gradient: net.layout }, scalars: optimizerScalars } as const;
  using store = device.openStore(spec.state);
  using program = await compile(
    device,
    spec,
    ({ scalars, state }) => ({ state: lambUpdate(session, state, state.gradient.flat, scalars) }),
    { store },
  );
  resetState(session, store);
  store.write('gradient', gradient);
  for (let step = 0; step < steps; step++) {
    await program.run({}, scalarsAt(session, step, settings.lamb.learningRate));
    after(step + 1, (await store.read('params')) as Float32Array);
  }
}
