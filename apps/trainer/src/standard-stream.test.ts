// Reference: error codes of write(2): EPIPE without a reader, EIO of a terminal that hung up, ENOSPC of a full disk.
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { StandardStream } from './standard-stream';

function setUp() {
  const written: string[] = [];
  const stream = Object.assign(new EventEmitter(), { write: (text: string) => written.push(text) });
  const gone: string[] = [];
  const standard = new StandardStream(stream, () => gone.push('gone'));
  const fail = (code: string): boolean => stream.emit('error', Object.assign(new Error(`${code}: write`), { code }));
  return { fail, gone, standard, written };
}

it.each(['EPIPE', 'EIO'])('a reader that went away (%s) is told once, and nothing more is written', (code) => {
  const { fail, gone, standard, written } = setUp();
  standard.write('a');
  fail(code);
  fail(code);
  standard.write('b');
  expect([written, gone, standard.problem]).toEqual([['a'], ['gone'], undefined]);
});

it('a full disk loses text and stops nothing', () => {
  const { fail, gone, standard, written } = setUp();
  fail('ENOSPC');
  standard.write('c');
  expect([written, gone, standard.problem]).toEqual([['c'], [], 'ENOSPC: write']);
});
