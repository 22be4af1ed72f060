import { compile, conv2d, f32 } from '@noisesmith/tensor';
import { type Convolution, convolutionShapes } from '../../convolutions';
import type { HostTensors } from '../../host-tensor';
import type { Prepared } from '../../peer';
import { type Engine, preparedProgram } from './prepared';

/** A convolution compiled with its inputs as state, so that a run uploads nothing. */
export async function prepareConvolution(engine: Engine, conv: Convolution, inputs: HostTensors): Promise<Prepared> {
  const { x, w } = convolutionShapes(conv);
  const { stride, padding } = conv;
  const program = await compile(engine, { state: { x: f32(...x), w: f32(...w) } }, ({ state }) => ({
    outputs: { y: conv2d(state.x, state.w, { stride, padding }) },
  }));
  for (const [name, { data }] of inputs) program.state.write(name, data);
  return preparedProgram(engine, program);
}
