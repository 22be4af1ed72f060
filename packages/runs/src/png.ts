import { crc32, joined } from '@noisesmith/formats';
import { zlibSync } from 'fflate';

/** Pixels of 8 bits, row by row: grey or RGB. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const GREY = 0;
const RGB = 2;

/** length, type, data, CRC of type and data. PNG specification, section 5.3 */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** The chunk that says what the pixels are. @throws RangeError for another number of channels, or data of another length */
export function pngHeader({ channels, data, height, width }: Pixels): Uint8Array {
  if (channels !== 1 && channels !== 3) throw new RangeError(`png: ${channels} channels; expected 1 or 3`);
  if (data.length !== height * width * channels) {
    throw new RangeError(`png: ${data.length} bytes for ${width}x${height} pixels of ${channels} channels`);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 1 ? GREY : RGB], 8);
  return pngChunk('IHDR', header);
}

/** What the chunks of an image hold: its rows, compressed. */
export function pngImage({ channels, data, height, width }: Pixels): Uint8Array {
  const stride = width * channels;
  // Each row begins with its filter; 0 stores it as it is.
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  return zlibSync(rows);
}

/** A file of these chunks, with the one that ends it. */
export const pngFile = (chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  joined([SIGNATURE, ...chunks, pngChunk('IEND', new Uint8Array(0))]);

/**
 * A PNG file of grey (1 channel) or RGB (3 channels) pixels; the same pixels give the same bytes.
 * @throws RangeError for another number of channels, or data of another length
 */
export const encodePng = (pixels: Pixels): Uint8Array<ArrayBuffer> =>
  pngFile([pngHeader(pixels), pngChunk('IDAT', pngImage(pixels))]);
