/** Random numbers that a seed decides: mulberry32 (T. Ettinger), which is enough to choose mutations with. */
export class Random {
  constructor(private state: number) {}

  /** A whole number from 0 to 2^32 - 1. */
  private bits(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `end` - 1; 0 for an `end` of 0. */
  below(end: number): number {
    return Math.floor((this.bits() / 2 ** 32) * end);
  }

  chance(share: number): boolean {
    return this.bits() < share * 2 ** 32;
  }

  pick<T>(choices: readonly [T, ...T[]]): T;
  pick<T>(choices: readonly T[]): T | undefined;
  pick<T>(choices: readonly T[]): T | undefined {
    return choices[this.below(choices.length)];
  }
}
