import { failer } from './errors';
import type { NdArray, NdArrayOf } from './ndarray';

/** Texts as NumPy's `<U` holds them: a row of code points each, as long as the longest, and zeros behind shorter ones. */
export function encodeTexts(texts: readonly string[]): NdArrayOf<'U32'> {
  const rows = texts.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const width = Math.max(1, ...rows.map(({ length }) => length));
  const data = new Uint32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  return { dtype: 'U32', shape: [rows.length, width], data };
}

/** @throws FormatError for numbers that are no code points */
export function decodeTexts({ data, shape }: NdArray, place: string): string[] {
  const [count, width] = shape as [number, number];
  return Array.from({ length: count }, (_, i) => {
    const row = Array.from(data.subarray(i * width, (i + 1) * width), Number);
    const wrong = row.find((point) => point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff));
    if (wrong !== undefined) throw failer(place)(`text ${i} holds ${wrong}, which is no character`);
    const end = row.findLastIndex((point) => point !== 0) + 1;
    return row
      .slice(0, end)
      .map((point) => String.fromCodePoint(point))
      .join('');
  });
}
