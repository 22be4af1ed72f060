// Reference: the float64 oracle, on the programs that WebGPU's kernels are tested with.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, openWasm, printGraph } from '../index';
import { worstError } from '../testing/compare';
import type { CaseProgram, KernelCase } from '../testing/kernel-case';
import { kernelCases } from '../testing/kernel-cases';

let backend: Backend;
beforeAll(async () => {
  backend = await openWasm();
});
afterAll(() => backend.destroy());

/** Each program once, whatever kernels it is forced into elsewhere. */
function distinct(cases: readonly KernelCase[]): (KernelCase & { readonly made: CaseProgram })[] {
  const known = new Map<string, KernelCase & { readonly made: CaseProgram }>();
  for (const test of cases) {
    const made = test.program();
    const text = printGraph(made.graph);
    if (!known.has(text)) known.set(text, { ...test, made });
  }
  return [...known.values()];
}

describe.each(['contractions', 'rows', 'attention', 'optimizers', 'long folds'])('%s', (subject) => {
  it.each(distinct(kernelCases[subject]!))('$name', async ({ made, tolerance }) => {
    const { graph, values, scales = {} } = made;
    expect(await worstError(backend, graph, values, {}, scales)).toBeLessThan(tolerance);
  });
});
