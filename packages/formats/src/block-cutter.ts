import { adoptElements, byteWidth, elementCount, type NdArray } from './ndarray';
import type { NpyHeader } from './npy-header';

/** Makes blocks of rows of an array from its bytes, which come in pieces. */
export class BlockCutter {
  private readonly row: readonly number[];
  private readonly rowBytes: number;
  private block: Uint8Array<ArrayBuffer>;
  private filled = 0;
  /** Bytes of the array that are in no block yet. */
  private left: number;

  /**
   * @param header of an array of at least one axis and one element
   * @param rows entries of the first axis per block; the last block has what is left
   * @param give is handed each block as soon as it is full
   */
  constructor(
    private readonly header: NpyHeader,
    private readonly rows: number,
    private readonly give: (block: NdArray) => void,
  ) {
    this.row = header.shape.slice(1);
    this.rowBytes = elementCount(this.row) * byteWidth(header.dtype);
    this.left = header.shape[0]! * this.rowBytes;
    this.block = this.nextBlock();
  }

  private nextBlock(): Uint8Array<ArrayBuffer> {
    const block = new Uint8Array(Math.min(this.rows * this.rowBytes, this.left));
    this.left -= block.length;
    this.filled = 0;
    return block;
  }

  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + this.block.length - this.filled);
      this.block.set(piece, this.filled);
      this.filled += piece.length;
      at += piece.length;
      if (this.filled < this.block.length) return;
      const { dtype, endian } = this.header;
      this.give(adoptElements(dtype, [this.filled / this.rowBytes, ...this.row], this.block, endian));
      this.block = this.nextBlock();
    }
  }
}
