/**
 * One forward pass of `table1-64` (214M parameters) on the adapter at hand and on the oracle in double precision. Prints one
 * JSON line: the largest errors relative to the largest element, milliseconds, and the process's peak memory in bytes. It is
 * a program of its own so that the peak is this pass's alone.
 */
import { rin } from '@noisesmith/rin';
import { compileGraph, f32, interpret, openDevice, trace } from '@noisesmith/tensor';
import { preset } from '../presets';

const net = rin(preset('table1-64').model);
const [height, width, channels] = net.imageShape;
const spec = {
  inputs: {
    x: f32(1, height, width, channels),
    timeFeatures: f32(1, net.timeFeatures.width),
    classes: f32(1, net.classes),
    carry: f32(1, ...net.carryShape),
  },
  state: { params: net.layout },
} as const;
const graph = trace(spec, ({ inputs, state }) => ({ outputs: net.apply(state.params.tensors, inputs) as never }));

const wave = (size: number, scale: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => scale * Math.sin(0.37 * i + 0.002 * i * i));
const inputs = {
  x: wave(height * width * channels, 1.3),
  timeFeatures: net.timeFeatures.compute([0.4]),
  classes: Float32Array.from({ length: net.classes }, (_, i) => (i === 207 ? 1 : 0)),
  carry: wave(
    net.carryShape.reduce((a, b) => a * b, 1),
    0.5,
  ),
};

/** Weights about as large as initial ones, and no zeros, which are drawn in less time: there are 214M. */
const params = new Float32Array(net.layout.size);
let random = 1;
for (const { name, shape, offset, size } of net.layout.segments) {
  const limit = shape.length > 1 ? Math.sqrt(3 / (size / shape.at(-1)!)) : 0.1;
  const middle = name.endsWith('.gamma') ? 1 : 0;
  for (let i = offset; i < offset + size; i++) {
    // Numerical Recipes' generator of 32 bits.
    random = (Math.imul(random, 1664525) + 1013904223) | 0;
    params[i] = middle + (random / 2 ** 31) * limit;
  }
}

const device = await openDevice();
const program = await compileGraph(device, graph);
await program.state.load('params', params);
const start = performance.now();
await program.run(inputs);
const got = { prediction: await program.read('prediction'), carry: await program.read('carry') };
const milliseconds = performance.now() - start;
const peak = process.resourceUsage().maxRSS * 1024;
program.destroy();
device.destroy();

const truth = interpret(graph, { inputs, state: { params } }).outputs;
const error = (name: 'prediction' | 'carry'): number => {
  const expected = truth[name]!;
  const scale = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return expected.reduce((worst, t, i) => Math.max(worst, Math.abs(t - got[name][i]!)), 0) / scale;
};
console.log(JSON.stringify({ prediction: error('prediction'), carry: error('carry'), milliseconds, peak }));
