// Reference: the plan itself, read kernel by kernel, beside that of the same program without `stored`; the oracle.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../index';
import { type Device, f32, type Graph, interpret, makePlan, openDevice, type Tensor, trace } from '../index';
import { roundToHalf } from '../oracle/half';
import { compiledBackends, type TestedOptions } from '../testing/backends';
import { worstError } from '../testing/compare';
import { spreadInputs } from '../testing/kernel-case';
import { type BufferName, bufferText } from './memory';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

const keep: Wrap = ops.stored;
const leave: Wrap = (x) => x;
type Wrap = (x: Tensor) => Tensor;

const windows = (x: Tensor, size: number): Tensor => ops.window(ops.window(x, 1, size), 0, size);
const inputs = { x: f32(6, 8, 4), w: f32(3, 3, 4, 4), v: f32(2, 2, 4, 4) } as const;

/** One value of each kind, read twice. */
const programs: Readonly<Record<string, (wrap: Wrap) => Graph>> = {
  'a pad before two convolutions': (wrap) =>
    trace({ inputs }, ({ inputs: { x, w, v } }) => {
      const padded = wrap(ops.pad(x, [1, 1, 0], [1, 1, 0]));
      return {
        outputs: {
          a: ops.einsum('ykxlc,klco->yxo', windows(padded, 3), w),
          b: ops.einsum('ykxlc,klco->yxo', windows(padded, 2), v),
        },
      };
    }),
  'an elementwise value that is cheap': (wrap) =>
    trace({ inputs }, ({ inputs: { x } }) => {
      const shifted = wrap(ops.add(x, 1));
      return { outputs: { a: ops.exp(ops.transpose(shifted)), b: ops.tanh(shifted) } };
    }),
  'a permutation that is undone': (wrap) =>
    trace({ inputs }, ({ inputs: { x } }) => {
      const turned = wrap(ops.permute(x, [2, 0, 1]));
      return { outputs: { a: ops.exp(ops.permute(turned, [1, 2, 0])), b: ops.sum(turned, 0) } };
    }),
  'a part of a product': (wrap) =>
    trace({ inputs }, ({ inputs: { x } }) => {
      const product = ops.einsum('abc,adc->abd', x, x);
      return { outputs: { a: ops.relu(wrap(product)) } };
    }),
};

/** On WebGPU, where temporary memory is whole buffers that can be told apart: kernels that write, and kernels that only read, the buffer that no other program of this plan binds for a result. */
function traffic(graph: Graph): { kernels: number; temporaries: number; writers: number; readers: number } {
  const { kernels, slots, outputs } = makePlan(graph, device.target);
  const results = new Set(Object.values(outputs).map(({ buffer }) => bufferText(buffer)));
  const temporary = (buffer: BufferName): boolean => buffer.kind === 'slot' && !results.has(bufferText(buffer));
  const bound = kernels.flatMap(({ operands }) => operands.filter(({ place }) => temporary(place.buffer)));
  return {
    kernels: kernels.length,
    temporaries: slots.length - results.size,
    writers: bound.filter(({ writable }) => writable).length,
    readers: bound.filter(({ writable }) => !writable).length,
  };
}

describe('stored', () => {
  it.each([
    ['a pad before two convolutions', { kernels: 3, temporaries: 1, writers: 1, readers: 2 }, 2],
    ['an elementwise value that is cheap', { kernels: 3, temporaries: 1, writers: 1, readers: 2 }, 2],
    ['a permutation that is undone', { kernels: 3, temporaries: 1, writers: 1, readers: 2 }, 2],
    // Its only reader is its epilogue, which has the value at hand.
    ['a part of a product', { kernels: 1, temporaries: 1, writers: 1, readers: 0 }, 1],
  ])('%s is computed once and loaded by its readers', (name, expected, without) => {
    expect(traffic(programs[name]!(keep))).toEqual(expected);
    expect(traffic(programs[name]!(leave))).toEqual({ kernels: without, temporaries: 0, writers: 0, readers: 0 });
  });

  describe.each(compiledBackends)('on %s', (_name, open) => {
    it.each(Object.entries(programs))('%s is the same number', async (_, program) => {
      using backend = await open();
      const values = { inputs: spreadInputs(inputs) };
      expect(interpret(program(keep), values)).toEqual(interpret(program(leave), values));
      for (const generic of [false, true]) {
        const options: TestedOptions = { generic };
        expect(await worstError(backend, program(keep), values, options)).toBeLessThan(2e-5);
      }
    });
  });

  it('of what lies in memory anyway costs nothing', () => {
    const graph = trace({ inputs }, ({ inputs: { x } }) => ({ outputs: { a: ops.exp(ops.stored(ops.stored(x))) } }));
    expect(traffic(graph)).toEqual({ kernels: 1, temporaries: 0, writers: 0, readers: 0 });
  });

  it('passes the gradient on as it is', () => {
    const gradient = (wrap: Wrap): Graph =>
      trace({ inputs }, ({ inputs: { x } }) => ({
        outputs: { dx: ops.grad(ops.sum(ops.square(wrap(ops.tanh(x)))), x) },
      }));
    const values = { inputs: spreadInputs(inputs) };
    expect(interpret(gradient(keep), values)).toEqual(interpret(gradient(leave), values));
  });

  // WebAssembly keeps none.
  it('as a 16-bit float has what a pad puts around it at the end of their range', async () => {
    const spec = { inputs: { x: f32(4) } } as const;
    const graph = trace(spec, ({ inputs: { x } }) => {
      const padded = ops.stored(ops.pad(ops.mul(x, 1 / 3), [2], [2], -3.4e38));
      return { outputs: { y: ops.mul(padded, 2) } };
    });
    using program = await ops.compileGraph(device, graph, { storage: 'f16' });
    expect(program.plan.half.size).toBeGreaterThan(0);
    await program.run({ x: Float32Array.of(1, 2, -4, 8) });
    const middle = [1, 2, -4, 8].map((n) => 2 * roundToHalf(Math.fround(n / 3)));
    expect([...(await program.read('y'))]).toEqual([-131008, -131008, ...middle, -131008, -131008]);
  });
});
