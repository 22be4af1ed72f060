// Reference: the PNG specification (third edition), section 11.3.6, chunk by chunk; decodeImage of @noisesmith/data, which
// reads the first frame with sharp. That Chromium shows the frames is in test/browser-apng.test.ts.
import { decodeImage } from '@noisesmith/data';
import { crc32 } from '@noisesmith/formats';
import { unzlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { encodeApng } from './apng';
import type { Pixels } from './png';

const frame = (seed: number, channels = 1): Pixels => ({
  width: 5,
  height: 3,
  channels,
  data: Uint8Array.from({ length: 15 * channels }, (_, i) => (i * 37 + seed * 11) % 256),
});

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

function chunksOf(file: Uint8Array): Chunk[] {
  const view = new DataView(file.buffer, file.byteOffset);
  const chunks: Chunk[] = [];
  for (let at = 8; at < file.length; ) {
    const length = view.getUint32(at);
    const body = file.subarray(at + 4, at + 8 + length);
    expect(view.getUint32(at + 8 + length)).toBe(crc32(body));
    chunks.push({ type: String.fromCharCode(...body.subarray(0, 4)), data: body.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

/** Pixels of compressed rows, whose filters are 0. */
function rowsOf(data: Uint8Array, { channels, height, width }: Pixels): Uint8Array {
  const rows = unzlibSync(data);
  const stride = width * channels;
  return Uint8Array.from(
    Array.from({ length: height }, (_, y) => {
      expect(rows[y * (stride + 1)]).toBe(0);
      return [...rows.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1))];
    }).flat(),
  );
}

describe('encodeApng', () => {
  it.each([1, 3])('writes every frame of %d channels, numbered, with its time', (channels) => {
    const frames = [0, 1, 2].map((seed) => frame(seed, channels));
    const chunks = chunksOf(encodeApng(frames, { delay: [40, 50, 1000], plays: 7 }));
    expect(chunks.map(({ type }) => type)).toEqual([
      'IHDR',
      'acTL',
      'fcTL',
      'IDAT',
      'fcTL',
      'fdAT',
      'fcTL',
      'fdAT',
      'IEND',
    ]);
    const number = ({ data }: Chunk, at: number): number => new DataView(data.buffer, data.byteOffset).getUint32(at);
    const short = ({ data }: Chunk, at: number): number => new DataView(data.buffer, data.byteOffset).getUint16(at);
    expect([number(chunks[1]!, 0), number(chunks[1]!, 4)]).toEqual([3, 7]);
    const controls = chunks.filter(({ type }) => type === 'fcTL');
    expect(controls.map((chunk) => [4, 8, 12, 16].map((at) => number(chunk, at)))).toEqual(
      controls.map(() => [5, 3, 0, 0]),
    );
    expect(controls.map((chunk) => short(chunk, 20) / short(chunk, 22))).toEqual([0.04, 0.05, 1]);
    const sequence = chunks.filter(({ type }) => type === 'fcTL' || type === 'fdAT');
    expect(sequence.map((chunk) => number(chunk, 0))).toEqual([0, 1, 2, 3, 4]);
    const images = chunks.flatMap(({ data, type }) =>
      type === 'IDAT' ? [data] : type === 'fdAT' ? [data.subarray(4)] : [],
    );
    expect(images.map((data) => rowsOf(data, frames[0]!))).toEqual(frames.map(({ data }) => data));
  });

  it('is a picture for programs that know no animation', async () => {
    const { channels, data, height, width } = await decodeImage(encodeApng([frame(4), frame(5)], { delay: 100 }));
    expect([width, height]).toEqual([5, 3]);
    expect(frame(4).data).toEqual(Uint8Array.from({ length: 15 }, (_, i) => data[i * channels]!));
  });

  it.each<[string, readonly Pixels[], Parameters<typeof encodeApng>[1]]>([
    ['no frames', [], { delay: 1 }],
    [
      'frame 1 has 5x3 pixels of 3 channels, frame 0 has 5x3 pixels of 1 channels',
      [frame(0), frame(1, 3)],
      { delay: 1 },
    ],
    ['the delay of frame 0 is 0; expected whole milliseconds from 1 to 65535', [frame(0)], { delay: 0 }],
    ['the delay of frame 1 is undefined', [frame(0), frame(1)], { delay: [5] }],
    ['plays is -1', [frame(0)], { delay: 1, plays: -1 }],
  ])('%s', (message, frames, options) => {
    expect(() => encodeApng(frames, options)).toThrow(`apng: ${message}`);
  });
});
