// RFC 4180: commas, quotes and line ends within fields.
import { expect, it } from 'vitest';
import { csv } from './csv';

it('quotes what has to be quoted', () => {
  const columns = [
    { key: 'name', label: 'Run' },
    { key: 'loss', label: 'Loss, mean' },
  ];
  const rows = [
    { name: 'a "b"', loss: 0.5 },
    { name: 'two\nlines', loss: undefined },
  ];
  expect(csv(columns, rows)).toBe('Run,"Loss, mean"\r\n"a ""b""",0.5\r\n"two\nlines",\r\n');
});
