import { attention, compile, f32, grad, layerNorm, matmul, mul, reshape, sum, type Tensor } from '@noisesmith/tensor';
import type { HostTensors } from '../../host-tensor';
import { type AttentionOp, layerNormEpsilon, type Op } from '../../ops';
import type { Prepared } from '../../peer';
import { type Engine, preparedProgram } from './prepared';

type Named = Readonly<Record<string, Tensor>>;

/** An op compiled with its inputs as state, so that a run uploads nothing. */
export async function prepareOp(engine: Engine, op: Op, inputs: HostTensors): Promise<Prepared> {
  const state = Object.fromEntries([...inputs].map(([name, { shape }]) => [name, f32(...shape)]));
  const program = await compile(engine, { state }, ({ state: given }) => ({ outputs: results(op, given) }));
  for (const [name, { data }] of inputs) program.state.write(name, data);
  return preparedProgram(engine, program);
}

function results(op: Op, given: Named): Record<string, Tensor> {
  const read = (name: string): Tensor => given[name]!;
  switch (op.kind) {
    case 'matmul':
      return { c: matmul(read('a'), read('b')) };
    case 'layer-norm': {
      const [x, gamma, beta] = [read('x'), read('gamma'), read('beta')];
      const y = layerNorm(x, gamma, beta, layerNormEpsilon);
      const gradients = grad(sum(mul(y, read('dy'))), { dx: x, dgamma: gamma, dbeta: beta });
      return { y, ...gradients };
    }
    case 'attention': {
      const [q, k, v] = [read('q'), read('k'), read('v')];
      const y = reshape(attention(heads(q, op), heads(k, op), heads(v, op), op.heads), q.shape);
      if (!op.gradient) return { y };
      return { y, ...grad(sum(mul(y, read('dy'))), { dq: q, dk: k, dv: v }) };
    }
  }
}

/** [batch, tokens, heads, headSize] as [batch, tokens, heads·headSize], which moves nothing. */
const heads = (x: Tensor, op: AttentionOp): Tensor => reshape(x, [op.batch, x.shape[1]!, op.heads * op.headSize]);
