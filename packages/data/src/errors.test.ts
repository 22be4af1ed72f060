// Reference: the definition in the docstring; Chromium's own words for a picture that it cannot decode.
import { expect, it } from 'vitest';
import { DataFileError, reasonOf } from './errors';

it.each([
  [new Error('The source image could not be decoded.'), 'The source image could not be decoded'],
  [new Error(' no such thing\n    at somewhere.'), 'no such thing'],
  [new DataFileError('a.png', 'the file is empty'), 'the file is empty'],
  ['v1.2 is too old', 'v1.2 is too old'],
])('%s', (thrown, reason) => expect(reasonOf(thrown)).toBe(reason));
