// Reference: the backends' own counts of the bytes that they gave out.
import { expect, it } from 'vitest';
import {
  type Backend,
  type CompileOptions,
  compile,
  f32,
  literal,
  mul,
  openDevice,
  openWasm,
  type Plan,
  type Program,
  planBytes,
} from '../index';
import { trainBuild, trainSpec } from '../testing/train-program';

type Counted = Backend<Program & { readonly plan: Plan }, CompileOptions> & { readonly liveBytes: number };

const kinds: readonly (readonly [storage: 'f32' | 'f16', name: string, open: () => Promise<Counted>])[] = [
  ['f32', 'WebGPU', () => openDevice()],
  ['f16', 'WebGPU', () => openDevice()],
  ['f32', 'WebAssembly', () => openWasm()],
];

it.each(kinds)('is what a training program with storage %s makes on %s', async (storage, _, open) => {
  using backend = await open();
  const before = backend.liveBytes;
  using program = await compile(backend, trainSpec, trainBuild, { storage });
  const { state, temporary, other } = planBytes(program.graph, program.plan);
  expect(state + temporary + other).toBe(backend.liveBytes - before);
  expect(state).toBe(4 * 4 * trainSpec.state.params.size);
  expect(temporary).toBeGreaterThanOrEqual(program.plan.liveBound);
  expect(program.bytes).toBe(temporary + other);
});

// A buffer is at least a word; WebAssembly takes no memory for what has no bytes.
it('counts a buffer for the scalars of a program without any, and its constants', async () => {
  using device = await openDevice();
  const before = device.liveBytes;
  using program = await compile(device, { inputs: { x: f32(3) } }, ({ inputs: { x } }) => ({
    outputs: { y: mul(x, literal(Float32Array.of(2, 5, 7), [3])) },
  }));
  expect(planBytes(program.graph, program.plan)).toEqual({ state: 0, temporary: 12, other: 12 + 12 + 4 });
  expect(device.liveBytes - before).toBe(40);
});
