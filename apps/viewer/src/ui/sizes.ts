const grouped = new Intl.NumberFormat('en-US');

/** 12,345,678 */
export const groupedNumber = (value: number): string => grouped.format(value);

/** 812 B, 4.2 MiB. Below a kibibyte as it is, above with one digit behind the point. */
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

/** `1 picture`, `2,000 pictures`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${groupedNumber(count)} ${count === 1 ? one : many}`;
