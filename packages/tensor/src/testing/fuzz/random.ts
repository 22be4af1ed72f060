import { deriveKey, type Key, threefry2x32 } from '../../random/threefry';

/** Choices that are a function of a seed alone. */
export class Random {
  private readonly key: Key;
  private drawn = 0;

  constructor(seed: number) {
    this.key = deriveKey(seed, 0, 0, 0);
  }

  bits(): number {
    return threefry2x32(this.key, [this.drawn++, 0])[0];
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return this.bits() % n;
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.bits() < probability * 2 ** 32;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}
