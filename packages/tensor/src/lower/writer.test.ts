// Reference: the oracle, for kernels that the generic forms write in plain numbers, for no backend that there is.
import { describe, expect, it } from 'vitest';
import type { Graph } from '../ir/program';
import { interpret } from '../oracle/interpret';
import { makePlan, type PlanOptions } from '../plan/plan';
import type { ComparedValues } from '../testing/compare';
import { drawRecipe } from '../testing/fuzz/draw';
import { programOf } from '../testing/fuzz/recipe';
import { operationKernels, reductions } from '../testing/generated-cases';
import { numberTarget, runNumbers } from '../testing/numbers/target';

const holdings = ['apart', 'together'] as const;

/** Largest difference from the oracle in double precision, over all results, relative to the largest element of each or to 1. */
function worstOf(graph: Graph, values: ComparedValues, holding: (typeof holdings)[number], options: PlanOptions = {}) {
  const plan = makePlan(graph, numberTarget(holding), options);
  const [got, truth] = [runNumbers(graph, plan, values), interpret(graph, values, { half: plan.half })];
  let worst = 0;
  for (const results of ['outputs', 'state'] as const) {
    for (const [name, expected] of Object.entries(truth[results])) {
      const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
      expected.forEach((x, i) => {
        const error = Math.abs(x - got[results][name]![i]!) / scale;
        worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
      });
    }
  }
  return worst;
}

describe.each(holdings)('neighbours held %s', (holding) => {
  it.each([...operationKernels.filter(({ options }) => options.generic), ...reductions])('$name', (test) => {
    const { graph, values } = test.program();
    expect(worstOf(graph, values, holding)).toBeLessThan(1e-9);
  });

  it.each(Array.from({ length: 60 }, (_, seed) => seed))('random program %d', (seed) => {
    const { graph, values } = programOf([drawRecipe(seed)]);
    expect(worstOf(graph, values, holding)).toBeLessThan(1e-9);
  });

  it.each([4, 15, 37, 64, 88])('random program %d with halves', (seed) => {
    const { graph, values } = programOf([drawRecipe(seed)]);
    expect(worstOf(graph, values, holding, { storage: 'f16' })).toBeLessThan(1e-9);
  });
});
