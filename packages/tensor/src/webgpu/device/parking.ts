/** What a {@link Parking} stands on; tests put a clock of their own here. */
export interface ParkingGround {
  /** Milliseconds. */
  now(): number;
  /** Calls back in the next turn of the event loop. */
  nextTurn(callback: () => void): void;
  /** Puts the thread to sleep. */
  sleep(milliseconds: number): void;
}

/** The thread sleeps for at most this part of the time that it has waited so far: so much later it may learn of the end. */
const SHARE = 0.05;
/** Milliseconds of one sleep: other work of the event loop, such as reading files, waits no longer than this. */
const LONGEST = 0.5;
/** Shorter sleeps cost more than they save. */
const SHORTEST = 0.03;
/** A turn of the event loop that takes longer did something other than poll. */
const BUSY = 0.5;

/**
 * Rests the thread between polls. Dawn's binding for Node asks in every turn of the event loop whether work is done, and
 * never rests between two turns: on a software adapter, whose work runs on the same cores, asking takes a core away from
 * what it waits for. While something is awaited, a parking puts the thread to sleep for a moment in each turn.
 */
export class Parking {
  #awaited = 0;
  #turning = false;
  /** Since when the event loop has done nothing but poll. */
  #quietSince = 0;
  #turnBegan = 0;

  constructor(private readonly ground: ParkingGround) {}

  /** Settles as `work` does. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#begin();
    try {
      return await work;
    } finally {
      this.#awaited -= 1;
    }
  }

  #begin(): void {
    this.#awaited += 1;
    this.#quietSince = this.#turnBegan = this.ground.now();
    if (this.#turning) return;
    this.#turning = true;
    this.ground.nextTurn(this.#turn);
  }

  readonly #turn = (): void => {
    if (this.#awaited === 0) {
      this.#turning = false;
      return;
    }
    const { ground } = this;
    const now = ground.now();
    if (now - this.#turnBegan > BUSY) this.#quietSince = now;
    const rest = Math.min(LONGEST, SHARE * (now - this.#quietSince));
    if (rest >= SHORTEST) ground.sleep(rest);
    this.#turnBegan = ground.now();
    ground.nextTurn(this.#turn);
  };
}
