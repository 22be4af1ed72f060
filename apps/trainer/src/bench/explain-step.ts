import { type Ceilings, type Explanation, explain, type Plan } from '@noisesmith/tensor';

/** One program of a step. */
export interface StepPart {
  readonly plan: Pick<Plan, 'kernels'>;
  /** How often a step runs it. */
  readonly runs: number;
  /** Of its kernels in the plan's order; absent in an estimate. */
  readonly times?: readonly { readonly milliseconds: number }[];
}

/** Every dispatch of a step beside its floor. */
export function explainStep(parts: readonly StepPart[], ceilings: Ceilings): Explanation {
  const repeated = <T>(of: (part: StepPart) => readonly T[]): T[] =>
    parts.flatMap((part) => Array.from({ length: part.runs }, () => of(part)).flat());
  const measured = parts.every(({ times }) => times !== undefined);
  return explain(
    { kernels: repeated(({ plan }) => plan.kernels) },
    ceilings,
    measured ? repeated(({ times }) => times!) : undefined,
  );
}
