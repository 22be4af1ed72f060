import { type FileHandle, open, unlink } from 'node:fs/promises';
import { fileError } from '@noisesmith/formats/node';
import { UsageError } from '../errors';
import { type DrawnWith, difference, drawDigest } from './drawn-with';
import type { SampleJob } from './store';

/** First line of a part file; the pixels of the samples follow, one byte each, in the order of the draw. */
interface Header {
  readonly format: string;
  readonly drawnWith: DrawnWith;
  /** Of seeds and labels. */
  readonly draw: string;
  /** [n, height, width, channels] */
  readonly shape: readonly number[];
}

const FORMAT = 'noisesmith-samples-1';

/** A header is much shorter; without a line break up to there a file is none of ours. */
const LONGEST_HEADER = 2 ** 16;

/** Bytes of samples that are read at a time. */
const PIECE = 2 ** 24;

const headerOf = ({ draw, drawnWith, shape }: SampleJob): Header => ({
  format: FORMAT,
  drawnWith,
  draw: drawDigest(draw),
  shape: [draw.seeds.length, ...shape],
});

function parseHeader(line: string): Partial<Header> {
  try {
    return JSON.parse(line) as Partial<Header>;
  } catch {
    return {};
  }
}

/** The file beside an output that holds what is drawn of it so far. */
export const partPath = (out: string): string => `${out}.part`;

/**
 * Samples on their way to a file. A kill at any moment leaves a file that is gone on with: what it cut short is drawn
 * again.
 */
export class PartFile implements AsyncDisposable {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    /** Where the samples begin. */
    private readonly start: number,
    private readonly imageBytes: number,
    private count: number,
  ) {}

  /** Samples that are there, from the first of the draw on. */
  get done(): number {
    return this.count;
  }

  /** @throws UsageError for a part of something else, FileError */
  static async open(job: SampleJob): Promise<PartFile> {
    const path = partPath(job.out);
    const handle = await open(path, 'a+').catch((error: unknown) => {
      throw fileError(path, 'write', error);
    });
    try {
      return await PartFile.over(path, handle, job);
    } catch (error) {
      await handle.close();
      throw fileError(path, 'write', error);
    }
  }

  private static async over(path: string, handle: FileHandle, job: SampleJob): Promise<PartFile> {
    const header = headerOf(job);
    const imageBytes = job.shape.reduce((product, n) => product * n, 1);
    const { size } = await handle.stat();
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(size, LONGEST_HEADER)), 0, undefined, 0);
    const end = buffer.subarray(0, bytesRead).indexOf('\n');
    const line = `${JSON.stringify(header)}\n`;
    // A kill while the header was written leaves the beginning of it, and no sample.
    if (end < 0 && line.startsWith(buffer.subarray(0, bytesRead).toString())) {
      await handle.truncate(0);
      await handle.writeFile(line);
      await handle.datasync();
      return new PartFile(path, handle, Buffer.byteLength(line), imageBytes, 0);
    }
    const found = end < 0 ? {} : parseHeader(buffer.subarray(0, end).toString());
    const other =
      found.format !== FORMAT
        ? 'no part of samples'
        : (difference(found.drawnWith, header.drawnWith) ??
          (found.draw !== header.draw || String(found.shape) !== String(header.shape)
            ? 'other seeds or labels are asked for'
            : undefined));
    if (other !== undefined) {
      throw new UsageError(`${path} is there, of an earlier command: ${other}; remove it, or use another --out`);
    }
    const count = Math.min(job.draw.seeds.length, Math.floor((size - end - 1) / imageBytes));
    await handle.truncate(end + 1 + count * imageBytes);
    return new PartFile(path, handle, end + 1, imageBytes, count);
  }

  /** Keeps the samples that come next. */
  async append(pixels: Uint8Array): Promise<void> {
    try {
      await this.handle.appendFile(pixels);
      await this.handle.datasync();
    } catch (error) {
      throw fileError(this.path, 'write', error);
    }
    this.count += pixels.length / this.imageBytes;
  }

  /** All samples, in pieces. */
  async *pixels(): AsyncGenerator<Uint8Array> {
    const end = this.start + this.count * this.imageBytes;
    for (let at = this.start; at < end; ) {
      const piece = new Uint8Array(Math.min(PIECE, end - at));
      const { bytesRead } = await this.handle.read(piece, 0, piece.length, at).catch((error: unknown) => {
        throw fileError(this.path, 'read', error);
      });
      if (bytesRead === 0) throw new UsageError(`${this.path}: it shrank while it was read`);
      yield piece.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  /** Removes the file, once the output is whole. */
  async remove(): Promise<void> {
    await unlink(this.path);
  }

  /** Closes the file; one without a sample goes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
    if (this.count === 0) await unlink(this.path).catch(() => undefined);
  }
}
