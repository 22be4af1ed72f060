/** The largest float of 32 bits. IEEE 754-2019, table 3.5. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * Looks at the numbers of a vector as its pieces pass.
 *
 * Numbers that are not finite are never right. Weights, and their average, are also wrong where the square of their norm
 * is beyond 32-bit floats: no step computes anything with them but infinities.
 */
export class VectorCheck {
  private squares = 0;

  constructor(private readonly isWeights: boolean) {}

  /** What is wrong with the vector up to and with this piece; undefined where nothing is. */
  add(piece: Float32Array): string | undefined {
    // Four sums, so that one addition need not wait for the other. A double holds the squares of all floats.
    let [a, b, c, d] = [0, 0, 0, 0];
    const even = piece.length - (piece.length % 4);
    for (let i = 0; i < even; i += 4) {
      a += piece[i]! * piece[i]!;
      b += piece[i + 1]! * piece[i + 1]!;
      c += piece[i + 2]! * piece[i + 2]!;
      d += piece[i + 3]! * piece[i + 3]!;
    }
    for (let i = even; i < piece.length; i++) a += piece[i]! * piece[i]!;
    this.squares += a + b + c + d;
    if (!Number.isFinite(this.squares)) return 'numbers that are not finite';
    if (this.isWeights && this.squares > LARGEST) return `weights of norm ${Math.sqrt(this.squares).toExponential(1)}`;
    return undefined;
  }
}
