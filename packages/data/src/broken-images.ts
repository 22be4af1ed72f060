import { printable } from '@noisesmith/formats';
import { DataError } from './errors';

/** An image that cannot be read or decoded. */
export interface BrokenImage {
  readonly index: number;
  /** What messages call it. */
  readonly name: string;
  readonly reason: string;
}

/** So many images may be broken, or one in a hundred, before a set is not worth training on. */
const ALLOWED = 10;

/** The largest number of broken images that is passed over: 10 or 1 %, whichever is more, but never more than half. */
export const allowedBroken = (size: number): number =>
  Math.min(Math.max(ALLOWED, Math.floor(size / 100)), Math.floor(size / 2));

/** The broken images that a data set has met so far. */
export class BrokenImages {
  readonly #met = new Map<number, BrokenImage>();
  #tooMany: DataError | undefined;

  /** @param warn told of each image once, in one line */
  constructor(
    private readonly size: number,
    private readonly warn: (message: string) => void,
  ) {}

  get met(): readonly BrokenImage[] {
    return [...this.#met.values()];
  }

  has(index: number): boolean {
    return this.#met.has(index);
  }

  /** @throws DataError when there are too many */
  check(): void {
    if (this.#tooMany !== undefined) throw this.#tooMany;
  }

  /** @throws DataError when that is one too many */
  add(image: BrokenImage): void {
    this.check();
    if (this.#met.has(image.index)) return;
    this.#met.set(image.index, image);
    const { name, reason } = image;
    const count = this.#met.size;
    if (count > allowedBroken(this.size)) {
      const many = this.size === 1 ? '' : `; ${count} of ${this.size} images are broken so far, which is too many`;
      this.#tooMany = new DataError(`${name}: ${reason}${many}`);
      throw this.#tooMany;
    }
    this.warn(printable(`${name}: ${reason}; left out, the next image takes its place`));
  }
}
