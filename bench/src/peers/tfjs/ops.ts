import * as tf from '@tensorflow/tfjs-core';
import {
  type HostTensor,
  type HostTensors,
  hostTensor,
  type NamedArrays,
  tensorNamed,
  transposed,
} from '../../host-tensor';
import type { AttentionOp, Op } from '../../ops';
import type { Prepared } from '../../peer';
import { attention, layerNorm } from './layers';
import { preparedWork } from './prepared';
import { upload } from './tensors';

/** An op with its inputs uploaded. */
export function prepareOp(op: Op, inputs: HostTensors, fence: () => Promise<void>): Prepared {
  switch (op.kind) {
    case 'matmul':
      return prepareMatmul(inputs, fence);
    case 'attention':
      return prepareAttention(op, inputs, fence);
    case 'layer-norm':
      return prepareLayerNorm(inputs, fence);
  }
}

function prepareMatmul(inputs: HostTensors, fence: () => Promise<void>): Prepared {
  const [a, b] = ['a', 'b'].map((name) => upload(tensorNamed(inputs, name))) as [tf.Tensor2D, tf.Tensor2D];
  return preparedWork(() => ({ c: tf.matMul(a, b) }), fence);
}

/** Matrix products want the heads before the tokens; the same swap leads back. */
const swapHeads = (tensor: HostTensor): HostTensor => transposed(tensor, [0, 2, 1, 3]);

function prepareAttention(op: AttentionOp, inputs: HostTensors, fence: () => Promise<void>): Prepared {
  const read = (name: string) => upload(swapHeads(tensorNamed(inputs, name)));
  const [q, k, v] = [read('q'), read('k'), read('v')];
  const { batch, heads, headSize } = op;
  const swapBack = (results: NamedArrays): NamedArrays =>
    new Map(
      [...results].map(([name, data]) => {
        const tokens = data.length / (batch * heads * headSize);
        return [name, swapHeads(hostTensor([batch, heads, tokens, headSize], data)).data];
      }),
    );
  if (!op.gradient) return preparedWork(() => ({ y: attention(q, k, v) }), fence, swapBack);
  const dy = read('dy');
  const withGradients = tf.valueAndGrads((...xs) => attention(xs[0]!, xs[1]!, xs[2]!));
  const compute = () => {
    const { value, grads } = withGradients([q, k, v], dy);
    return { y: value, dq: grads[0]!, dk: grads[1]!, dv: grads[2]! };
  };
  return preparedWork(compute, fence, swapBack);
}

function prepareLayerNorm(inputs: HostTensors, fence: () => Promise<void>): Prepared {
  const read = (name: string) => upload(tensorNamed(inputs, name));
  const [x, gamma, beta, dy] = [read('x'), read('gamma'), read('beta'), read('dy')];
  const withGradients = tf.valueAndGrads((...xs) => layerNorm(xs[0]!, xs[1]!, xs[2]!));
  return preparedWork(() => {
    const { value, grads } = withGradients([x, gamma, beta], dy);
    return { y: value, dx: grads[0]!, dgamma: grads[1]!, dbeta: grads[2]! };
  }, fence);
}
