const PAUSE_MS = 150;

/** The address's hash as reactive state. */
class Location {
  hash = $state(window.location.hash);
  /** The hash that the page itself last wrote. */
  written: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private next: string | undefined;

  constructor() {
    window.addEventListener('hashchange', () => {
      this.drop();
      this.hash = window.location.hash;
    });
    // A page that is left or put aside keeps what was turned last.
    window.addEventListener('pagehide', () => this.write());
    document.addEventListener('visibilitychange', () => document.hidden && this.write());
  }

  /** Sets the hash without an entry in the history; a little later, since browsers take only so many in a second. */
  replace(hash: string): void {
    this.next = hash;
    this.timer ??= setTimeout(() => this.write(), PAUSE_MS);
  }

  private write(): void {
    const { next } = this;
    this.drop();
    if (next === undefined || next === window.location.hash) return;
    this.written = next;
    history.replaceState(history.state, '', next);
    this.hash = next;
  }

  private drop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.next = undefined;
  }
}

export const location = new Location();
