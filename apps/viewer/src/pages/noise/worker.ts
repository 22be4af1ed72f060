import { DataError, decodeImage, type FloatImage } from '@noisesmith/data';
import { type Call, serveCalls } from '../../worker/calls';
import type { Mixture } from './numerics/noised';
import { type Size, sizes, squareOf } from './numerics/sizes';
import type { RingSums } from './numerics/spectrum';
import { drawSample, type SampleName } from './samples';
import { type Contrast, createStudio, type Frame, type Painted } from './studio';

/** Where a picture comes from. */
export type Source = { readonly sample: SampleName } | { readonly file: File };

export interface OpenRequest {
  readonly source: Source;
  /** Tells sources apart: of the same number, the picture is there already. */
  readonly id: number;
  readonly seed: number;
}

export interface Opened {
  /** Side of the square that the picture gave, in its own pixels. */
  readonly side: number;
}

/** Told while a picture is opened: what is known of one size. */
export interface Measured {
  readonly size: Size;
  readonly sums: RingSums;
}

export interface DrawRequest {
  readonly frame: Frame;
  readonly contrast: Contrast;
  readonly panels: readonly { readonly size: Size; readonly mixture: Mixture; readonly noise: number }[];
}

/** Told while panels are drawn. */
export interface Drawn {
  readonly kind: 'noised' | 'recovered';
  readonly size: Size;
  readonly painted: Painted;
}

const studio = createStudio();
/** What the studio holds. */
const held: { id?: number; seed?: number; side: number } = { side: 0 };

/** Lets messages in; what they aborted ends here. */
async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal.throwIfAborted();
}

/** The sides that sample pictures are drawn with: the largest, which nothing has to be enlarged for. */
const sampleSide = sizes[sizes.length - 1]!;

/** A picture's square, and the side that it had before large ones were averaged. */
async function squareFrom(source: Source): Promise<{ square: FloatImage; side: number }> {
  if ('sample' in source) return { square: drawSample[source.sample](sampleSide), side: sampleSide };
  const { file } = source;
  try {
    const raster = await decodeImage(new Uint8Array(await file.arrayBuffer()), file.name);
    return { square: squareOf(raster), side: Math.min(raster.width, raster.height) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new Error(`${error.message.replace(/\.$/, '')}; expected a JPEG, PNG, WebP, GIF or AVIF picture`);
  }
}

const handlers = {
  /** Takes a picture and a seed of noise, and measures every size. @throws Error, one line, for a file that is no picture */
  async open({ source, id, seed }: OpenRequest, { signal, emit }: Call): Promise<Opened> {
    await breathe(signal);
    if (held.id !== id) {
      const { square, side } = await squareFrom(source);
      await breathe(signal);
      studio.setPicture(square);
      Object.assign(held, { id, side });
    }
    await breathe(signal);
    if (held.seed !== seed) studio.setSeed(seed);
    held.seed = seed;
    for (const size of sizes) {
      await breathe(signal);
      emit({ size, sums: studio.sums(size) } satisfies Measured);
    }
    return { side: held.side };
  },

  /** Paints panels: all noised ones first, which takes no time, then what the filter gets back, small ones first. */
  async draw({ frame, contrast, panels }: DrawRequest, { signal, emit }: Call): Promise<void> {
    const tell = (drawn: Drawn) => emit(drawn, [drawn.painted.pixels.buffer]);
    for (const { size, mixture } of panels) {
      tell({ kind: 'noised', size, painted: studio.noised(size, frame, mixture, contrast) });
      await breathe(signal);
    }
    for (const { size, noise } of panels) {
      tell({ kind: 'recovered', size, painted: studio.recovered(size, frame, noise) });
      await breathe(signal);
    }
  },
};

export type NoiseHandlers = typeof handlers;

serveCalls(handlers);
