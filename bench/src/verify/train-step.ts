import { type HostTensors, type NamedArrays, tensorNamed } from '../host-tensor';
import type { OptimizerSettings } from '../optimizer-settings';
import type { Peer } from '../peer';
import { norm, relativeL2 } from '../statistics';
import { readTrainFixture } from './fixture';

/** The settings behind the `train.*` and `lamb1.*` tensors of a `rin-fixture-1` file; the EMA's is this check's own. */
const inputScale = 0.5;
const optimizer: OptimizerSettings = {
  learningRate: 1e-2,
  weightDecay: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  emaDecay: 0.75,
};

/** The gradient of a key bias is zero in exact arithmetic, and LAMB makes steps out of its rounding noise. */
const isKeyBias = (name: string) => name.endsWith('.attn.k.bias');

/** A key bias's error is measured by its weight's gradient, since its own is only noise. */
const scaleOf = (name: string) => (isKeyBias(name) ? name.replace(/bias$/, 'weight') : name);

/** Everything that a train step consists of; a contestant is one. */
export type TrainStep = Pick<Peer, 'lossAndGradients' | 'applyGradients'>;

/**
 * Errors of loss, gradients, one LAMB step and one EMA step against the float64 results of a fixture: of the loss
 * relative, of the others the largest relative L2 error over all tensors. LAMB's and the EMA's are of the move from the
 * start.
 * @throws Error when the file is of another format or lacks a tensor
 */
export async function trainErrors(
  step: TrainStep,
  path: string,
): Promise<Record<'loss' | 'gradients' | 'lamb' | 'ema', number>> {
  const fixture = await readTrainFixture(path);
  const { config, parameters } = fixture;
  const { loss, gradients } = await step.lossAndGradients(config, parameters, fixture.batch, inputScale);
  // The file's gradients, not the ones just computed: the first LAMB step is a sign function of the gradient, so an
  // element at rounding level would flip.
  const after = await step.applyGradients(parameters, fixture.gradients, optimizer, config);
  return {
    loss: Math.abs(loss - fixture.loss) / fixture.loss,
    gradients: worstGradient(gradients, fixture.gradients),
    lamb: worstMove(after.parameters, 1, parameters, fixture.lamb),
    ema: worstMove(after.average, 1 - optimizer.emaDecay, parameters, fixture.lamb),
  };
}

/** @throws Error naming the parameter that there is no value for */
function gave(values: NamedArrays, name: string): Float32Array {
  const found = values.get(name);
  if (found === undefined) throw new Error(`the contestant gave no value of ${JSON.stringify(name)}`);
  return found;
}

function worstGradient(actual: NamedArrays, expected: HostTensors): number {
  return Math.max(
    ...[...expected].map(([name, { data }]) =>
      relativeL2(gave(actual, name), data, norm(tensorNamed(expected, scaleOf(name)).data)),
    ),
  );
}

/** The largest error of the move from `start`, of which `share` of that to `goal` was to be made. */
function worstMove(actual: NamedArrays, share: number, start: HostTensors, goal: HostTensors): number {
  return Math.max(
    ...[...start].flatMap(([name, { data: origin }]) => {
      if (isKeyBias(name)) return [];
      const move = (values: Float32Array) => values.map((value, i) => value - origin[i]!);
      const expected = move(tensorNamed(goal, name).data).map((value) => share * value);
      return relativeL2(move(gave(actual, name)), expected);
    }),
  );
}
