// Reference: RFC 8259, sections 4 and 7 (names of an object, escapes), worked by hand.
import { expect, it } from 'vitest';
import { repeatedKey } from './json-keys';

it.each([
  ['{"a":1,"b":2}', undefined],
  ['{"a":{"a":1},"b":{"a":["a","a",{"a":2}]}}', undefined],
  ['["a","a"]', undefined],
  ['{"a":"b","b":"a:a","c":"{\\"a\\":1,\\"a\\":2}"}', undefined],
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{ "é" : 1 , "\\u00e9" : 2 }', 'é'],
  ['{"x":[{"dtype":1,"shape":2,"dtype":3}]}', 'dtype'],
  ['{"\\\\":1,"b":{},"\\u005c":2}', '\\'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['3', undefined],
])('%s', (text, key) => {
  JSON.parse(text);
  expect(repeatedKey(text)).toBe(key);
});
