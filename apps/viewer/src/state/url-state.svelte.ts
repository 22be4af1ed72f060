import { location } from './location.svelte';

/** How a value stands in the address. */
export interface UrlValue<T> {
  readonly initial: T;
  /** Undefined for a text that is no such value; the initial one is taken then. */
  parse(text: string): T | undefined;
  format(value: T): string;
}

/** A finite number, between `min` and `max` where they are given. */
export const number = (initial: number, { min = -Infinity, max = Infinity } = {}): UrlValue<number> => ({
  initial,
  parse(text) {
    const value = Number(text);
    return text.trim() !== '' && Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : undefined;
  },
  format: (value) => String(Number(value.toPrecision(10))),
});

export const text = (initial: string): UrlValue<string> => ({
  initial,
  parse: (value) => value,
  format: (value) => value,
});

export const flag = (initial: boolean): UrlValue<boolean> => ({
  initial,
  parse: (value) => (value === '1' ? true : value === '0' ? false : undefined),
  format: (value) => (value ? '1' : '0'),
});

/** One of a few words. */
export const oneOf = <const T extends string>(words: readonly T[], initial: NoInfer<T>): UrlValue<T> => ({
  initial,
  parse: (value) => words.find((word) => word === value),
  format: (value) => value,
});

/** Several texts, joined by `;`, which specs do not hold. */
export const texts = (initial: readonly string[]): UrlValue<readonly string[]> => ({
  initial,
  parse: (value) => (value === '' ? [] : value.split(';')),
  format: (value) => value.join(';'),
});

// biome-ignore lint/suspicious/noExplicitAny: each value has a type of its own.
type Values<S extends Record<string, UrlValue<any>>> = {
  -readonly [K in keyof S]: S[K] extends UrlValue<infer T> ? T : never;
};

/**
 * Reactive values of the page at `path` that live in its address, so that a view can be shared, and "back" and an edited
 * address are heard. What has its initial value is left out of the address, and what other parts of the page keep there
 * stays. Called while a component is set up.
 */
// biome-ignore lint/suspicious/noExplicitAny: each value has a type of its own.
export function urlState<const S extends Record<string, UrlValue<any>>>(path: string, spec: S): Values<S> {
  const entries = Object.entries(spec);
  const read = (): Record<string, unknown> => {
    const values = location.bar.valuesOf(path);
    return Object.fromEntries(
      entries.map(([name, { initial, parse }]) => {
        const given = values.get(name);
        return [name, (given === null ? undefined : parse(given)) ?? initial];
      }),
    );
  };
  const state = $state(read());
  let taken = location.visit;

  $effect(() => {
    const { visit } = location;
    if (visit === taken) return;
    taken = visit;
    if (visit.path === path) Object.assign(state, read());
  });

  $effect(() => {
    const texts = entries.map(([name, { initial, format }]) => {
      const value = format(state[name]);
      return [name, value === format(initial) ? undefined : value] as const;
    });
    location.bar.change(path, texts);
  });

  return state as Values<S>;
}
