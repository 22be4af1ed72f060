// The definition itself: what is formatted is parsed back, and the text of a spec stays readable.
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from './address';

describe('address', () => {
  it('names a page and its values', () => {
    const { path, values } = parseAddress('#/schedules?b=0.5&spec=cosine@0.2,1,1');
    expect(path).toBe('schedules');
    expect(Object.fromEntries(values)).toEqual({ b: '0.5', spec: 'cosine@0.2,1,1' });
  });

  it.each(['', '#', '#/'])('is the first page for %j', (hash) => {
    expect(parseAddress(hash).path).toBe('');
  });

  it('keeps specs readable and every character', () => {
    const values = new URLSearchParams({ spec: 'sigmoid@-3,3,0.9', list: 'a;!b~2', odd: 'a+b & c=d?#%é' });
    const hash = formatAddress({ path: 'x', values });
    expect(hash).toContain('spec=sigmoid@-3,3,0.9&list=a;!b~2&');
    expect([...parseAddress(hash).values]).toEqual([...values]);
  });
});
