// Reference: pictures made here, whose pixels are known; orientations after the table of EXIF 2.3 (tag 274).
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode';
import { toFloatImage } from './raster';

const colours = { A: [230, 20, 30], B: [20, 200, 40], C: [10, 60, 220], D: [240, 220, 50] } as const;
type Corner = keyof typeof colours;

/** 32x16 pixels, a quarter for each corner: AB over CD. */
function corners(): Sharp {
  const data = Uint8Array.from({ length: 32 * 16 * 3 }, (_, i) => {
    const p = Math.floor(i / 3);
    const corner = 'ABCD'[(p % 32 < 16 ? 0 : 1) + (p < 32 * 8 ? 0 : 2)] as Corner;
    return colours[corner][i % 3]!;
  });
  return sharp(data, { raw: { width: 32, height: 16, channels: 3 } });
}

/** The corners of a decoded picture, rows parted by a space; '?' where a colour is none of the four within 12. */
async function cornersOf(bytes: Uint8Array): Promise<string> {
  const { width, height, data } = await decodeImage(bytes);
  const near = (x: number, y: number): string => {
    const rgb = data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3);
    const found = Object.entries(colours).find(([, colour]) => colour.every((v, c) => Math.abs(v - rgb[c]!) <= 12));
    return found?.[0] ?? '?';
  };
  const [right, bottom] = [width - 2, height - 2];
  return `${width}x${height} ${near(1, 1)}${near(right, 1)} ${near(1, bottom)}${near(right, bottom)}`;
}

it.each([
  [1, '32x16 AB CD'],
  [2, '32x16 BA DC'],
  [3, '32x16 DC BA'],
  [4, '32x16 CD AB'],
  [5, '16x32 AC BD'],
  [6, '16x32 CA DB'],
  [7, '16x32 DB CA'],
  [8, '16x32 BD AC'],
])('EXIF orientation %i', async (orientation, expected) => {
  const jpeg = corners().jpeg({ quality: 95 }).withMetadata({ orientation });
  expect(await cornersOf(await jpeg.toBuffer())).toBe(expected);
});

describe('kinds of files', () => {
  it.each<[string, (image: Sharp) => Sharp]>([
    ['PNG', (image) => image.png()],
    ['PNG with a palette', (image) => image.png({ palette: true })],
    ['PNG of 16 bits', (image) => image.toColourspace('rgb16').png()],
    ['progressive JPEG', (image) => image.jpeg({ progressive: true, quality: 95 })],
    ['WebP', (image) => image.webp({ quality: 95 })],
    ['GIF', (image) => image.gif()],
    ['AVIF', (image) => image.avif({ quality: 90 })],
  ])('%s', async (_, encode) => {
    expect(await cornersOf(await encode(corners()).toBuffer())).toBe('32x16 AB CD');
  });

  it('CMYK becomes RGB', async () => {
    const grey = sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } });
    const { data } = await decodeImage(await grey.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer());
    for (const value of data.subarray(0, 3)) expect(Math.abs(value - 128)).toBeLessThan(16);
  });

  it('of an animation comes the first picture', async () => {
    const frames = await Promise.all(
      ['#ff0000', '#00ff00', '#0000ff'].map((background) =>
        sharp({ create: { width: 6, height: 4, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const animated = sharp(frames, { join: { animated: true } });
    for (const bytes of [await animated.clone().gif().toBuffer(), await animated.webp({ lossless: true }).toBuffer()]) {
      const { width, height, data } = await decodeImage(bytes);
      expect([width, height, ...data.subarray(0, 4)]).toEqual([6, 4, 255, 0, 0, 255]);
    }
  });

  it('transparent pixels are white, grey with alpha too', async () => {
    const bytes = await sharp(Uint8Array.of(0, 0, 100, 255, 200, 51), { raw: { width: 3, height: 1, channels: 2 } })
      .png()
      .toBuffer();
    const image = toFloatImage(await decodeImage(bytes), { left: 0, top: 0, width: 3, height: 1 });
    const expected = [0, 100, 200].map((grey, i) => {
      const alpha = [0, 1, 0.2][i]!;
      return Math.fround((grey / 255) * alpha + 1 - alpha);
    });
    expect([...image.data]).toEqual(expected.flatMap((value) => [value, value, value]));
  });
});

it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('a truncated %s is refused in one line', async (format) => {
  const bytes = await corners().toFormat(format).toBuffer();
  const error: unknown = await decodeImage(bytes.subarray(0, bytes.length * 0.7), 'cut').catch((thrown) => thrown);
  expect((error as Error).message).toMatch(/^cut: [^\n]+$/);
});
