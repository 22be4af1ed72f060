/** Comma-separated values (RFC 4180) with a line of labels. */
export function csv(
  columns: readonly { readonly key: string; readonly label: string }[],
  rows: readonly Readonly<Record<string, string | number | undefined>>[],
): string {
  const quote = (value: string | number | undefined) => {
    const text = String(value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns.map(({ label }) => label), ...rows.map((row) => columns.map(({ key }) => row[key]))];
  return lines.map((line) => `${line.map(quote).join(',')}\r\n`).join('');
}
