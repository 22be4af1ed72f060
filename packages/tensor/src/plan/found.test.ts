// Reference: the oracle in double precision, for programs of kinds that random programs once found to differ from it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend, Tensor } from '../index';
import * as ops from '../index';
import { compiledBackends, type TestedOptions } from '../testing/backends';
import { relativeError } from '../testing/compare';
import { spread } from '../testing/finite-differences';

const numbers = (...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return ops.literal(Float32Array.from(spread(size, size)), shape);
};
const whole = Uint32Array.of(7, 0, 3000000000, 2000000000, 4294967295, 1);
const floats = Float32Array.of(-1, -0.5, 0.5, 3.75, -6.5e9, 4294967040, 4294967296, 6.5e9);

/** One tensor each; a u32 is to be the very same. */
const programs: Readonly<Record<string, () => Tensor>> = {
  'a long sum of u32': () => ops.sum(ops.greater(numbers(1000), 0)),
  'long extremes of u32': () => {
    const x = ops.cast(ops.mul(numbers(2, 1031), 1000), 'u32');
    return ops.concat([ops.max(x, 1), ops.min(ops.add(x, 5), 1)], 0);
  },
  'a sum of u32 beyond the largest': () => ops.sum(ops.literal(whole, [6])),
  'arithmetic of u32 beyond its ends': () => {
    const x = ops.literal(whole, [6, 1]);
    const y = ops.literal(whole, [6]);
    return ops.concat([ops.add(x, y), ops.sub(x, y), ops.mul(x, y), ops.div(x, y), ops.rem(x, y)], 0);
  },
  'constants of u32': () => ops.add(ops.fill([3], 4294967295, 'u32'), 7),
  'floats outside u32': () => ops.cast(ops.literal(floats, [8]), 'u32'),
  'u32 as floats': () => ops.cast(ops.literal(whole, [6]), 'f32'),
  'a row of padding': () => ops.narrow(ops.pad(numbers(4, 6), [2, 0], [0, 0]), 0, 0, 1),
  'a sum read in order and through a view of its own': () => {
    const mean = ops.mean(numbers(1, 1, 9, 16), [0, 2, 3], { keepDims: true });
    return ops.concat([ops.window(mean, 0, 1, 3), ops.reshape(ops.exp(mean), [1, 1, 1, 1, 1])], 0);
  },
};

describe.each(compiledBackends)('on %s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());

  it.each(Object.entries(programs))('%s', async (_, build) => {
    const graph = ops.trace({}, () => ({ outputs: { y: build() } }));
    const truth = ops.interpret(graph, {}).outputs.y!;
    for (const generic of [false, true]) {
      const options: TestedOptions = { generic };
      using program = await ops.compileGraph(backend, graph, options);
      await program.run();
      const got = await program.read('y');
      if (got instanceof Uint32Array) expect([...got]).toEqual([...truth]);
      else expect(relativeError(truth, got)).toBeLessThan(1e-6);
    }
  });
});
