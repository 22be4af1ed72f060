/** The part of an address behind `#/`: which page, and its state. */
export interface Address {
  readonly path: string;
  readonly values: URLSearchParams;
}

/** `#/schedules?b=0.5` is the page `schedules` with b = 0.5. */
export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return { path, values: new URLSearchParams(query) };
}

/** Characters that schedule specs are made of stay as they are, so that a shared address can be read. */
export function formatAddress({ path, values }: Address): string {
  const query = values
    .toString()
    .replace(/%(21|40|2C|3A|3B|2F|7E)/gi, (escaped) => decodeURIComponent(escaped))
    .replace(/\+/g, '%20');
  return `#/${path}${query && `?${query}`}`;
}
