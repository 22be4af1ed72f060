import type { HostTensors } from '../host-tensor';
import { tensorNamed } from '../host-tensor';
import type { Op } from '../ops';
import { attention } from './attention';
import { layerNorm } from './layer-norm';
import { matmul } from './matmul';

/** Float64 results of an op by name. */
export function opReference(op: Op, inputs: HostTensors): Map<string, Float64Array> {
  const read = (name: string) => tensorNamed(inputs, name).data;
  switch (op.kind) {
    case 'matmul':
      return new Map([['c', matmul(read('a'), read('b'), op.size)]]);
    case 'attention':
      return attention(op, read('q'), read('k'), read('v'), op.gradient ? read('dy') : undefined);
    case 'layer-norm':
      return layerNorm(op, read('x'), read('gamma'), read('beta'), read('dy'));
  }
}
