import { type Lifetime, liveBytes } from './memory';

/** Lifetimes by slot, which may be changed as long as no more bytes live at one time than at first. */
export class Lives {
  private readonly bySlot: (Lifetime | undefined)[];
  /** Bytes that live at each time. */
  private readonly live: number[];
  private readonly most: number;

  constructor(lifetimes: readonly Lifetime[]) {
    this.bySlot = [...lifetimes];
    this.live = liveBytes(lifetimes);
    this.most = Math.max(0, ...this.live);
  }

  /** Undefined where nothing is to live. */
  get all(): readonly (Lifetime | undefined)[] {
    return this.bySlot;
  }

  drop(slot: number): void {
    this.set(slot, undefined);
  }

  /** Lets `first` live in the place of `second`, which begins later and is dropped; does nothing and is false where that takes more. */
  join(first: number, second: number): boolean {
    const [one, other] = [this.bySlot[first]!, this.bySlot[second]!];
    for (let t = one.to + 1; t < other.from; t++) if (this.live[t]! + one.bytes > this.most) return false;
    this.drop(second);
    this.set(first, { ...one, to: Math.max(one.to, other.to) });
    return true;
  }

  private set(slot: number, lifetime: Lifetime | undefined): void {
    this.count(this.bySlot[slot], -1);
    this.count(lifetime, 1);
    this.bySlot[slot] = lifetime;
  }

  private count(lifetime: Lifetime | undefined, sign: number): void {
    if (!lifetime) return;
    for (let t = lifetime.from; t <= lifetime.to; t++) this.live[t]! += sign * lifetime.bytes;
  }
}
