import { formatAddress, parseAddress } from './address';
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
 * Reactive values of a page that live in its address, so that a view can be shared, and "back" and an edited address are
 * heard. What has its initial value is left out of the address. Called while a component is set up.
 */
// biome-ignore lint/suspicious/noExplicitAny: each value has a type of its own.
export function urlState<const S extends Record<string, UrlValue<any>>>(spec: S): Values<S> {
  const names = Object.keys(spec);
  const read = (): Record<string, unknown> => {
    const { values } = parseAddress(location.hash);
    return Object.fromEntries(
      names.map((name) => {
        const given = values.get(name);
        return [name, (given === null ? undefined : spec[name]!.parse(given)) ?? spec[name]!.initial];
      }),
    );
  };
  const state = $state(read());
  const { path } = parseAddress(location.hash);

  // From the address, when it was changed by other means than the state itself.
  $effect(() => {
    const { hash } = location;
    if (parseAddress(hash).path !== path || location.written === hash) return;
    Object.assign(state, read());
  });

  // To the address. What other parts of the page keep there stays.
  $effect(() => {
    const texts = names.map((name) => [name, spec[name]!.format(state[name]), spec[name]!.initial] as const);
    const address = parseAddress(window.location.hash);
    if (address.path !== path) return;
    for (const [name, value, initial] of texts) {
      if (value === spec[name]!.format(initial)) address.values.delete(name);
      else address.values.set(name, value);
    }
    location.replace(formatAddress(address));
  });

  return state as Values<S>;
}
