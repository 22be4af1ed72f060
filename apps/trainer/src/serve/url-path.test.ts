// Reference: RFC 3986, sections 2.1 and 3.3, for what a path is; the definition of a plain name in the docstring.
import { expect, it } from 'vitest';
import { readUrlPath } from './url-path';

it.each([
  ['/', [], true],
  ['/run/', ['run'], true],
  ['/run/a/b.json?x=/../y', ['run', 'a', 'b.json'], false],
  ['/run/a%20b%25/c', ['run', 'a b%', 'c'], false],
  ['/run/%252e%252e/x', ['run', '%2e%2e', 'x'], false],
  ['/run/Fr%C3%A9chet.json', ['run', 'Fréchet.json'], false],
])('%s is read', (target, names, isFolder) => {
  expect(readUrlPath(target)).toEqual({ names, isFolder });
});

it.each([
  ...['', '*', 'run/', 'http://127.0.0.1/run/', '//evil/x', '/run//x', '/run/./x', '/run/../x', '/..', '/run/..'],
  ...['/run/%2e%2e/x', '/run/%2E/x', '/run/.hidden', '/run/%2Ehidden', '/a%2Fb', '/a%2f', '/a%5cb', '/a\\b', '/a%00b'],
  ...['/C:/x', '/a:stream', '/a./x', '/a%20/x', '/a%0d%0ab', '/%', '/%zz', '/%c0%ae%c0%ae/x', `/${'a'.repeat(256)}`],
])('%s is refused', (target) => {
  expect(readUrlPath(target)).toBeUndefined();
});
