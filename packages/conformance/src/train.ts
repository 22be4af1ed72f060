import { flattenParameters } from '@noisesmith/diffusion';
import { compileGraph, type Store } from '@noisesmith/tensor';
import { applyStep, givenInputs, labelsOfOneHot, stepScalars, type TrainConfig, trainStep } from '@noisesmith/training';
import { lambSteps, putParameters, type Session } from './session';

/** Weights, and an average that starts as a copy of them; the moments of a fresh store are zero. */
function start({ parameters }: Session, store: Store): void {
  store.write('params', parameters);
  store.write('ema', parameters);
}

/** Inputs of the step from `<prefix>.*`; with an index, from that entry of the leading step axis. */
function inputsOf({ fixture, net }: Session, config: TrainConfig, prefix: string, index?: number) {
  const part = (name: string): Float32Array<ArrayBuffer> => {
    const all = fixture.data(`${prefix}.${name}`);
    if (index === undefined) return all;
    const size = all.length / fixture.shape(`${prefix}.${name}`)[0]!;
    return all.slice(index * size, (index + 1) * size);
  };
  return givenInputs(net, config, index ?? 0, {
    images: part('img01'),
    noise: part('noise'),
    gamma: part('gamma'),
    selfConditioningMask: part('sc_mask'),
    ...(net.classes > 0 && { labels: labelsOfOneHot(part('onehot'), net.classes) }),
  });
}

/** `train.loss`, `train.eps_pred`, `train.latents_pass1`, `grad.*`; and, where one gradient serves all, `lamb<n>.*`. */
export async function runTrain(session: Session): Promise<void> {
  const { backend, fixture, net, put, settings } = session;
  if (!fixture.has('train.img01')) return;
  const batch = fixture.shape('train.img01')[0]!;
  const config = { ...settings.train, batch };
  const graph = trainStep(net, config, { noise: 'given', outputs: ['prediction', 'firstCarry'] });
  using program = await compileGraph(backend, graph);
  start(session, program.state);
  await program.run(inputsOf(session, config, 'train'), stepScalars(config, 0));
  put('train.loss', [1], await program.read('loss'));
  put('train.eps_pred', [batch, ...net.imageShape], await program.read('prediction'));
  put('train.latents_pass1', [batch, ...net.carryShape], await program.read('firstCarry'));
  // The first moment was zero.
  const share = 1 - config.optimizer.beta1;
  const moment = (await program.state.read('firstMoment')) as Float32Array;
  const gradient = moment.map((m) => m / share);
  putParameters(session, 'grad', gradient);
  if (!fixture.has('steps.img01')) await repeatUpdate(session, givenGradient(session) ?? gradient);
}

/**
 * `grad.*` where the file has all of them whole. The steps are defined on exactly these numbers: the first one is the
 * sign of the gradient, which rounding of the smallest elements would flip.
 */
function givenGradient({ fixture, net }: Session): Float32Array | undefined {
  const names = net.layout.segments.map(({ name }) => name);
  if (!names.every((name) => fixture.has(`grad.${name}`))) return undefined;
  return flattenParameters(net.layout, Object.fromEntries(names.map((name) => [name, fixture.data(`grad.${name}`)])));
}

/** `lamb<n>.*` after n updates by one gradient. */
async function repeatUpdate(session: Session, gradient: Float32Array): Promise<void> {
  const { backend, net, settings } = session;
  const wanted = lambSteps(session);
  if (wanted.length === 0) return;
  using program = await compileGraph(backend, applyStep(net, settings.train));
  start(session, program.state);
  program.state.write('gradient', gradient);
  for (let step = 0; step < wanted.at(-1)!; step++) {
    await program.run({}, stepScalars(settings.train, step));
    if (wanted.includes(step + 1)) {
      putParameters(session, `lamb${step + 1}`, (await program.state.read('params')) as Float32Array);
    }
  }
}

/** Steps with a fresh gradient each: `train.step_loss`, `lamb<n>.*` after n steps, `ema.*` after the last. */
export async function runSteps(session: Session): Promise<void> {
  const { backend, fixture, net, put, settings } = session;
  if (!fixture.has('steps.img01')) return;
  const [steps, batch] = fixture.shape('steps.img01') as [number, number];
  const config = { ...settings.train, batch };
  const rates = fixture.data('steps.lr');
  const wanted = lambSteps(session);
  using program = await compileGraph(backend, trainStep(net, config, { noise: 'given' }));
  const { state } = program;
  start(session, state);
  const losses = new Float32Array(steps);
  for (let step = 0; step < steps; step++) {
    const scalars = { ...stepScalars(config, step), learningRate: rates[step]! };
    await program.run(inputsOf(session, config, 'steps', step), scalars);
    losses[step] = (await program.read('loss'))[0]!;
    if (wanted.includes(step + 1)) {
      putParameters(session, `lamb${step + 1}`, (await state.read('params')) as Float32Array);
    }
  }
  put('train.step_loss', [steps], losses);
  putParameters(session, 'ema', (await state.read('ema')) as Float32Array);
}
