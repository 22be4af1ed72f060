/**
 * Makes `public/data/emoji.npz`, the emoji that page Train offers, from an unpacked npm package `emoji-datasource-google`
 * (Noto Emoji, Apache-2.0): `npm pack emoji-datasource-google@16.0.0`, `tar xf` it, then in the root of the repository
 *
 *     node --conditions=@noisesmith/source --import tsx apps/viewer/scripts/make-emoji.ts FOLDER
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { openDataset } from '@noisesmith/data';
import { writeNpz } from '@noisesmith/formats';

/** Pixels a side: what a network learns in minutes is smaller still. */
const SIZE = 32;
/** Categories whose pictures are things seen from the front, in the order of their labels. */
const classes = ['Animals & Nature', 'Food & Drink', 'Smileys & Emotion'];

const folder = process.argv[2];
if (!folder) throw new Error('the folder of an unpacked emoji-datasource-google is missing');
const emoji = await openDataset(`emoji:${folder}`, { size: SIZE, channels: 3, resize: 'area' });
const chosen = Array.from({ length: emoji.size }, (_, index) => index).filter((index) =>
  classes.includes(emoji.classes[emoji.label(index)]!),
);
const stride = SIZE * SIZE * 3;
const pixels = new Uint8Array(chosen.length * stride);
for (const [place, index] of chosen.entries()) {
  pixels.set(
    (await emoji.pixels(index)).map((value) => Math.round(255 * value)),
    place * stride,
  );
}
const labels = Int32Array.from(chosen, (index) => classes.indexOf(emoji.classes[emoji.label(index)]!));
const file = fileURLToPath(new URL('../public/data/emoji.npz', import.meta.url));
const npz = writeNpz(
  {
    arr_0: { dtype: 'U8', shape: [chosen.length, SIZE, SIZE, 3], data: pixels },
    arr_1: { dtype: 'I32', shape: [chosen.length], data: labels },
  },
  { compress: true },
);
writeFileSync(file, npz);
console.log(`${file}: ${chosen.length} emoji, ${npz.length} bytes`);
