// Reference: the code points of Unicode's categories Cc, Zl, Zp and Cs and its bidirectional and zero-width marks.
import { expect, it } from 'vitest';
import { FormatError } from './errors';
import { printable, quoted } from './printable';

it.each([
  ['plain text, ünïcode, 日本語 and 🙂', 'plain text, ünïcode, 日本語 and 🙂'],
  ['a\nb\tc\r', 'a\\nb\\tc\\r'],
  ['\u001b[31mred\u001b]0;title\u0007', '\\u001b[31mred\\u001b]0;title\\u0007'],
  ['\u0000\u007f\u009b', '\\u0000\\u007f\\u009b'],
  ['gnp.\u202eexe', 'gnp.\\u202eexe'],
  ['a\u200bb\ufeff\u2028', 'a\\u200bb\\ufeff\\u2028'],
  ['\ud800', '\\ud800'],
])('%j', (text, shown) => expect(printable(text)).toBe(shown));

it('every error of a format is one line without control characters', () => {
  expect(new FormatError('x\u001b[2J.npz: no\narray').message).toBe('x\\u001b[2J.npz: no\\narray');
});

it('quotes values, cut where they are long', () => {
  expect(quoted('a"b')).toBe('"a\\"b"');
  expect(quoted([1, 2])).toBe('[1,2]');
  expect(quoted('x'.repeat(5000))).toBe(`"${'x'.repeat(99)}...`);
});
