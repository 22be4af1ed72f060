// Reference: orders written down by hand after what people expect of a file manager.
import { expect, it } from 'vitest';
import { inNaturalOrder } from './natural-order';

it.each([
  ['numbers by value', ['0', '1', '2', '9', '10', '11', '100']],
  ['numbers inside names', ['img2.png', 'img10.png', 'img10b.png', 'jmg1.png']],
  ['leading zeros', ['01', '1', '002', '2', '03']],
  ['code units elsewhere', ['Zebra', 'cat', 'cat 2', 'cat-1', 'cat1', 'cats', 'é']],
  ['folder by folder', ['a/2', 'a/10', 'a/b/1', 'a b/1', 'a2/1', 'a10/1']],
  ['numbers beyond 2^53', ['9007199254740992', '9007199254740993', '90071992547409920']],
])('%s', (_, sorted) => {
  expect(inNaturalOrder([...sorted].reverse())).toEqual(sorted);
  expect(inNaturalOrder([...sorted].sort())).toEqual(sorted);
});
