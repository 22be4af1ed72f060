/** Milliseconds between looks of one page alone. */
const LEAST_MS = 2000;
/** So many milliseconds between the looks of all pages together: each takes a little of what the training has. */
const EACH_MS = 400;
const MOST = 1000;

/** Pages that look at the runs again and again, and how long each is to wait before it does. */
export class Lookers {
  /** When each was last here, in that order. */
  private readonly seen = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Takes note of a page by the name that it has given itself. @returns milliseconds until it should look again */
  waitOf(page: string | null): number {
    const now = this.now();
    if (page !== null && page.length <= 64) {
      this.seen.delete(page);
      this.seen.set(page, now);
    }
    const wait = Math.max(LEAST_MS, EACH_MS * this.seen.size);
    for (const [name, time] of this.seen) {
      // One that has missed two looks is closed.
      if (now - time < 3 * wait && this.seen.size <= MOST) break;
      this.seen.delete(name);
    }
    return Math.max(LEAST_MS, EACH_MS * this.seen.size);
  }
}
