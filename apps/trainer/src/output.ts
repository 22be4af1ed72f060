import type { Context } from './context';

/** JSON leaves some control characters as they are (RFC 8259, section 7); a terminal obeys them. */
const escaped = (json: string): string =>
  json.replace(/[\u007f-\u009f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** One JSON document on standard output. */
export const printJson = (context: Context, value: unknown): void =>
  context.out(`${escaped(JSON.stringify(value, null, 2))}\n`);

/** One JSON document on a line of its own, of a stream of them. */
export const printJsonLine = (context: Context, value: unknown): void =>
  context.out(`${escaped(JSON.stringify(value))}\n`);

/**
 * Rows of cells, each column as wide as its widest cell.
 * @param numeric columns that stand at the right
 */
export function table(rows: readonly (readonly string[])[], numeric: readonly boolean[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const grouped = new Intl.NumberFormat('en-US');

/** 12,345,678 */
export const groupedNumber = (value: number): string => grouped.format(value);

/** 812 B, 4.2 MiB */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
