import { parseSchedule, readSpec, type Schedule, scheduleFamilies } from '@noisesmith/schedules';

/** Specs to choose from, one of each family; any other can be typed. */
export const scheduleSuggestions: readonly string[] = scheduleFamilies.map(({ example }) => example);

/** A spec's schedule, or what is wrong with it in one line. */
export function readSchedule(spec: string): { readonly schedule: Schedule } | { readonly error: string } {
  try {
    return { schedule: parseSchedule(spec) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** What the family of a spec is, in a sentence. @throws ScheduleSpecError for a spec that is none */
export function describeSchedule(spec: string): string {
  const { family, values } = readSpec(spec);
  // `cosine` is two families: without values, which stands first, and with them.
  const named = scheduleFamilies.filter(({ name }) => name === family);
  const text = (values.length === 0 ? named[0] : named.at(-1))?.description ?? '';
  return text.charAt(0).toUpperCase() + text.slice(1);
}
