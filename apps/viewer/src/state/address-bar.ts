import { type Address, formatAddress, parseAddress } from './address';

/** Milliseconds between writes: browsers take only so many in a second. */
const PAUSE_MS = 150;

/** What the address bar uses of a browser's window. */
export interface AddressWindow extends Pick<EventTarget, 'addEventListener'> {
  readonly location: { readonly hash: string };
  readonly history: Pick<History, 'state' | 'replaceState'>;
  readonly document: Pick<EventTarget, 'addEventListener'> & { readonly hidden: boolean };
  readonly performance: { getEntriesByType(type: string): readonly PerformanceEntry[] };
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

/** Where a page that is left writes the address that it had and the one that it came to. */
const LEFT = 'noisesmith.left';

/**
 * The one owner of the address behind `#`. Pages read and change their values here, and that holds at once; the browser
 * shows it a little later, without an entry in its history. Where the browser goes by itself (a link, back, an edited
 * address) comes first: every call looks whether it has gone elsewhere, since the event that says so comes late, and then
 * drops what was not yet shown, which belongs to the address that was left.
 */
export class AddressBar {
  /** The browser's hash as it was last read or written. */
  private seen: string;
  private current: Address;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onvisit hears the path that the browser has gone to, also where only its values are others */
  constructor(
    private readonly browser: AddressWindow,
    private readonly onvisit: (path: string) => void,
  ) {
    this.takeUp();
    this.seen = browser.location.hash;
    this.current = parseAddress(this.seen);
    for (const type of ['popstate', 'hashchange']) browser.addEventListener(type, () => this.follow());
    // A page that is left or put aside keeps what was turned last, and so does the one that a link leads away from.
    browser.addEventListener('pagehide', () => this.leave());
    browser.addEventListener('pageshow', () => withStorage(() => browser.sessionStorage.removeItem(LEFT)));
    browser.document.addEventListener('visibilitychange', () => browser.document.hidden && this.write());
    browser.document.addEventListener('click', (event) => isOnLink(event) && this.write(), true);
  }

  get path(): string {
    this.follow();
    return this.current.path;
  }

  /** The values of a page, also those that the browser does not show yet; none while the address names another page. */
  valuesOf(path: string): URLSearchParams {
    return new URLSearchParams(this.path === path ? this.current.values : undefined);
  }

  /**
   * Sets values of a page; undefined takes one out. Nothing happens where the address names another page by now, or where
   * the browser has just gone elsewhere: `onvisit` has been called then, and the page is to read its values anew.
   */
  change(path: string, values: Iterable<readonly [name: string, value: string | undefined]>): void {
    if (this.follow() || this.current.path !== path) return;
    for (const [name, value] of values) {
      if (value === undefined) this.current.values.delete(name);
      else this.current.values.set(name, value);
    }
    this.timer ??= setTimeout(() => this.write(), PAUSE_MS);
  }

  /** Shows what was changed. */
  private write(): void {
    if (this.follow() || this.timer === undefined) return;
    this.stopTimer();
    const hash = formatAddress(this.current);
    if (hash === this.seen) return;
    try {
      this.browser.history.replaceState(this.browser.history.state, '', hash);
    } catch {
      // A browser that has taken too many in a while; the next change shows this one too.
    }
    this.seen = this.browser.location.hash;
  }

  /** @returns whether the browser has gone elsewhere */
  private follow(): boolean {
    const { hash } = this.browser.location;
    if (hash === this.seen) return false;
    this.stopTimer();
    this.seen = hash;
    this.current = parseAddress(hash);
    this.onvisit(this.current.path);
    return true;
  }

  /** A browser that reloads has read the address by now, so what is written is left for the page that comes. */
  private leave(): void {
    this.follow();
    const before = this.seen;
    this.write();
    if (this.seen === before) return;
    withStorage(() => this.browser.sessionStorage.setItem(LEFT, JSON.stringify([before, this.seen])));
  }

  /** Goes on where the page was left, when it was reloaded. */
  private takeUp(): void {
    const { history, location, performance } = this.browser;
    const [navigation] = performance.getEntriesByType('navigation') as readonly Partial<PerformanceNavigationTiming>[];
    if (navigation?.type !== 'reload') return;
    withStorage(() => {
      const [before, after]: readonly unknown[] = JSON.parse(this.browser.sessionStorage.getItem(LEFT) ?? '[]');
      if (before === location.hash && typeof after === 'string') history.replaceState(history.state, '', after);
    });
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** Storage may be forbidden; a reload then shows what was written before. */
function withStorage(act: () => void): void {
  try {
    act();
  } catch {
    // As above.
  }
}

const isOnLink = ({ target }: Event): boolean => (target as Partial<Element> | null)?.closest?.('a[href]') != null;
