/** How many values to take, and for how long at most; see job.ts. */
export interface Limits {
  readonly repeats: number;
  readonly budgetMs: number;
}

/**
 * Takes up to `repeats` values one after another, each the milliseconds that it took, and stops before one that would
 * begin after `budgetMs` of them. At least one is taken.
 */
export async function takeValues(
  { repeats, budgetMs }: Limits,
  take: (index: number) => Promise<number>,
): Promise<number[]> {
  const values: number[] = [];
  let spent = 0;
  while (values.length < repeats && (values.length === 0 || spent < budgetMs)) {
    const ms = await take(values.length);
    values.push(ms);
    spent += ms;
  }
  return values;
}
