import * as tf from '@tensorflow/tfjs-core';
import type { Convolution } from '../../convolutions';
import { type HostTensors, tensorNamed } from '../../host-tensor';
import type { Prepared } from '../../peer';
import { preparedWork } from './prepared';
import { upload } from './tensors';

/** A convolution with its inputs uploaded. */
export function prepareConvolution(
  { stride, padding }: Convolution,
  inputs: HostTensors,
  fence: () => Promise<void>,
): Prepared {
  const [x, w] = ['x', 'w'].map((name) => upload(tensorNamed(inputs, name))) as [tf.Tensor4D, tf.Tensor4D];
  return preparedWork(() => ({ y: tf.conv2d(x, w, stride, padding) }), fence);
}
