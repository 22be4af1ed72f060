import { flattenParameters } from '@noisesmith/diffusion';
import { compile, f32, grad, pack, type Store, type TypedArray } from '@noisesmith/tensor';
import { trainingLoss } from '@noisesmith/training';
import { lambUpdate, optimizerScalars, optimizerSpec, repeatLamb, resetState, scalarsAt } from './optimizer';
import { lambSteps, putParameters, type Session } from './session';

/** Loss, both passes, gradient and LAMB as one program over a batch. With learning rate 0 the weights stay. */
function compileStep(session: Session, batch: number, store: Store) {
  const { device, net, settings } = session;
  const labelled = net.classes > 0;
  const spec = {
    inputs: {
      image: f32(batch, ...net.imageShape),
      noise: f32(batch, ...net.imageShape),
      alpha: f32(batch),
      sigma: f32(batch),
      timeFeatures: f32(batch, net.timeFeatures.width),
      mask: f32(batch),
      ...(labelled && { classes: f32(batch, net.classes) }),
    },
    state: optimizerSpec(session),
    scalars: optimizerScalars,
  } as const;
  const process = {
    inputScale: settings.inputScale,
    normalize: settings.normalize,
    predictionType: 'eps',
    loss: 'eps',
  } as const;
  return compile(
    device,
    spec,
    ({ inputs, scalars, state }) => {
      const labels = inputs.classes && { classes: inputs.classes };
      const parameters = state.params.tensors;
      const result = trainingLoss(
        net,
        parameters,
        { ...inputs, ...labels, first: { mask: inputs.mask, ...labels } },
        process,
      );
      const gradients = grad(result.loss, parameters);
      const { segments, size } = net.layout;
      const gradient = pack(
        segments.map(({ name }) => gradients[name]!),
        segments,
        size,
      );
      return {
        outputs: {
          loss: result.loss,
          prediction: result.prediction,
          firstCarry: result.firstCarry!,
          gradient,
        },
        state: lambUpdate(session, state, gradient, scalars),
      };
    },
    { store },
  );
}

/** Inputs of the step from `<prefix>.*`; with an index, from that entry of the leading step axis. */
function stepInputs({ fixture, net }: Session, prefix: string, index?: number): Record<string, TypedArray> {
  const part = (name: string): Float32Array<ArrayBuffer> => {
    const all = fixture.data(`${prefix}.${name}`);
    if (index === undefined) return all;
    const size = all.length / fixture.shape(`${prefix}.${name}`)[0]!;
    return all.slice(index * size, (index + 1) * size);
  };
  const gamma = part('gamma');
  return {
    image: part('img01'),
    noise: part('noise'),
    // Square roots in double precision, as training takes them.
    alpha: gamma.map((g) => Math.sqrt(g)),
    sigma: gamma.map((g) => Math.sqrt(1 - g)),
    timeFeatures: net.timeFeatures.compute(gamma),
    mask: part('sc_mask'),
    ...(net.classes > 0 && { classes: part('onehot') }),
  };
}

/** `train.loss`, `train.eps_pred`, `train.latents_pass1`, `grad.*`; and, where one gradient serves all, `lamb<n>.*`. */
export async function runTrain(session: Session): Promise<void> {
  const { device, fixture, net, put } = session;
  if (!fixture.has('train.img01')) return;
  const batch = fixture.shape('train.img01')[0]!;
  using store = device.openStore(optimizerSpec(session));
  using program = await compileStep(session, batch, store);
  resetState(session, store);
  await program.run(stepInputs(session, 'train'), { ...scalarsAt(session, 0, 0) });
  put('train.loss', [1], await program.read('loss'));
  put('train.eps_pred', [batch, ...net.imageShape], await program.read('prediction'));
  put('train.latents_pass1', [batch, ...net.carryShape], await program.read('firstCarry'));
  const gradient = (await program.read('gradient')) as Float32Array;
  putParameters(session, 'grad', gradient);
  if (fixture.has('steps.img01')) return;
  const wanted = lambSteps(session);
  await repeatLamb(session, givenGradient(session) ?? gradient, wanted.at(-1) ?? 0, (step, weights) => {
    if (wanted.includes(step)) putParameters(session, `lamb${step}`, weights);
  });
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

/** Steps with a fresh gradient each: `train.step_loss`, `lamb<n>.*` after n steps, `ema.*` after the last. */
export async function runSteps(session: Session): Promise<void> {
  const { device, fixture, put } = session;
  if (!fixture.has('steps.img01')) return;
  const [steps, batch] = fixture.shape('steps.img01') as [number, number];
  const rates = fixture.data('steps.lr');
  const wanted = lambSteps(session);
  using store = device.openStore(optimizerSpec(session));
  using program = await compileStep(session, batch, store);
  resetState(session, store);
  const losses = new Float32Array(steps);
  for (let step = 0; step < steps; step++) {
    await program.run(stepInputs(session, 'steps', step), { ...scalarsAt(session, step, rates[step]!) });
    losses[step] = (await program.read('loss'))[0]!;
    if (wanted.includes(step + 1)) {
      putParameters(session, `lamb${step + 1}`, (await store.read('params')) as Float32Array);
    }
  }
  put('train.step_loss', [steps], losses);
  putParameters(session, 'ema', (await store.read('ema')) as Float32Array);
}
