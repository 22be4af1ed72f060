// Reference: the oracle, which runs the same graph on the CPU in double precision. Generic lowering and named kernels alike.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../index';
import { compiledBackends, type TestedOptions } from '../testing/backends';
import { worstError } from '../testing/compare';
import { operationKernels } from '../testing/generated-cases';
import '../testing/quick-shaders';

describe.each(compiledBackends)('every operation and its gradient on %s equal the oracle', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());

  it.each(operationKernels.map((test) => [test.name, test] as const))('%s', async (_case, test) => {
    const { graph, values } = test.program();
    const options: TestedOptions = { generic: test.options.generic ?? false };
    expect(await worstError(backend, graph, values, options)).toBeLessThan(test.tolerance);
  });
});
