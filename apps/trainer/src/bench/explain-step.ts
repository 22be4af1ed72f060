import { type Ceilings, type Explanation, explain, type Plan } from '@noisesmith/tensor';

/** One program of a step. */
export interface StepPart {
  readonly plan: Pick<Plan, 'kernels' | 'kept'>;
  /** How often a step runs it. */
  readonly runs: number;
  /** Of its kernels in the plan's order; absent in an estimate. */
  readonly times?: readonly { readonly milliseconds: number }[];
}

/**
 * Every dispatch of a step beside its floor. Layouts that a program keeps are made once in a step, in its first run: the step
 * before has written the weights.
 */
export function explainStep(parts: readonly StepPart[], ceilings: Ceilings): Explanation {
  const repeated = <T>(of: (part: StepPart) => readonly T[]): T[] =>
    parts.flatMap((part) => {
      const all = of(part);
      const again = all.slice(part.plan.kept.length);
      return [...all, ...Array.from({ length: part.runs - 1 }, () => again).flat()];
    });
  const measured = parts.every(({ times }) => times !== undefined);
  return explain(
    { kernels: repeated(({ plan }) => plan.kernels), kept: [] },
    ceilings,
    measured ? repeated(({ times }) => times!) : undefined,
  );
}
