/** Names of candidates by the keys of their sites. */
export type Choices = ReadonlyMap<string, string>;

/** How temporary values of the forward pass are kept, see `PlanOptions`. */
export type TemporaryStorage = 'f32' | 'f16';

/** The key of a site: kernels that load and store halves are not chosen as others are. */
export const siteKey = (meaning: string, storage: TemporaryStorage): string =>
  storage === 'f16' ? `${meaning} f16` : meaning;

/** How one meaning is computed, and how it could be. */
export interface Decision {
  /** The meaning with its shapes and where values lie: the same for all places that have the same candidates. */
  readonly key: string;
  /** Names of the ways to compute it, best first by rule. */
  readonly candidates: readonly string[];
  /** The one taken. */
  readonly chosen: string;
}

/** A decision within a plan. */
export interface Site extends Decision {
  /** Which kernels of the plan compute it, by index. */
  readonly kernels: readonly number[];
}

/**
 * The candidate that `choices` names for `key`. Where it names none, or one that is not there (its table was made for
 * another adapter or by another version), the first.
 */
export function decide<C extends { readonly name: string }>(
  key: string,
  candidates: readonly C[],
  choices: Choices,
): { readonly decision: Decision; readonly candidate: C } {
  const wanted = choices.get(key);
  const candidate = candidates.find(({ name }) => name === wanted) ?? candidates[0]!;
  return { candidate, decision: { key, candidates: candidates.map(({ name }) => name), chosen: candidate.name } };
}
