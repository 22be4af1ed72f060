import { jit, numpy as np, tree, vjp } from '@jax-js/jax';
import type { HostTensors } from '../../host-tensor';
import type { Op } from '../../ops';
import type { Prepared } from '../../peer';
import { type Arrays, uploadAll } from './arrays';
import { attention, layerNorm } from './layers';
import { preparedWork } from './prepared';

/** An op as one compiled function of its uploaded inputs. */
export function prepareOp(op: Op, inputs: HostTensors): Prepared {
  const arrays = uploadAll(inputs);
  const run = jit((given: Arrays) => results(op, given));
  return preparedWork(() => run(tree.ref(arrays)) as Arrays);
}

function results(op: Op, { a, b, q, k, v, x, gamma, beta, dy }: Arrays): Arrays {
  switch (op.kind) {
    case 'matmul':
      return { c: np.matmul(a!, b!) };
    case 'attention': {
      if (!op.gradient) return { y: attention(q!, k!, v!) };
      const [y, back] = vjp(attention, [q!, k!, v!]);
      const [dq, dk, dv] = back(dy!);
      back.dispose();
      return { y, dq, dk, dv };
    }
    case 'layer-norm': {
      const [y, back] = vjp(layerNorm, [x!, gamma!, beta!]);
      const [dx, dgamma, dbeta] = back(dy!);
      back.dispose();
      return { y, dx, dgamma, dbeta };
    }
  }
}
