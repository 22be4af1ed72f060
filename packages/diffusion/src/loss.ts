import { mean, mul, square, sub, type Tensor, type TensorLike } from '@noisesmith/tensor';
import {
  type PredictionType,
  predictedEpsilon,
  predictedX0,
  predictionTarget,
  type SignalAndNoise,
} from './prediction';

export interface LossArguments {
  /** What the network's output stands for. */
  readonly prediction: PredictionType;
  /** In which quantity the error is measured; that of the prediction unless given. */
  readonly loss?: PredictionType;
  /** The network's output [batch, ...]. */
  readonly output: Tensor;
  /** Scaled clean image, noise and their mix x_t (un-normalised), all of the output's shape. */
  readonly x0: Tensor;
  readonly epsilon: Tensor;
  readonly x: Tensor;
  readonly at: SignalAndNoise<TensorLike>;
  /** b; an x0 error is divided by it, so that losses of different scales compare. */
  readonly inputScale: number;
}

/**
 * Mean squared error over batch and elements, without a weight by noise level: of the noise ('eps', the paper), of x0
 * over b ('x0'), or of v. Where `loss` differs from `prediction` the output is converted first, without a clip, so that
 * the gradient does not vanish outside [−b, b]. Scalar []. Paper Algorithm 2.
 */
export function denoisingLoss(args: LossArguments): Tensor {
  return meanError(args);
}

/** The same for each example by itself: [batch]. */
export function denoisingLossPerExample(args: LossArguments): Tensor {
  const axes = args.output.shape.slice(1).map((_, i) => i + 1);
  return meanError(args, axes);
}

/** @param axes those that the mean is over; all unless given */
function meanError(args: LossArguments, axes?: readonly number[]): Tensor {
  const { prediction, loss = prediction, output, x0, epsilon, x, at, inputScale } = args;
  const wanted = predictionTarget(loss, x0, epsilon, at);
  const error = mean(square(sub(wanted, convert(prediction, loss, output, x, at))), axes);
  return loss === 'x0' ? mul(error, 1 / inputScale ** 2) : error;
}

function convert(
  from: PredictionType,
  to: PredictionType,
  output: Tensor,
  x: Tensor,
  at: SignalAndNoise<TensorLike>,
): Tensor {
  if (from === to) return output;
  if (to === 'x0') return predictedX0(from, output, x, at);
  if (to === 'eps') return predictedEpsilon(from, output, x, at);
  return predictionTarget('v', predictedX0(from, output, x, at), predictedEpsilon(from, output, x, at), at);
}
