// Reference: the MathML that TeX of a few symbols is, written by hand.
import { describe, expect, it } from 'vitest';
import { parseMathMl, readFormulas } from '../build/formulas';

describe('readFormulas', () => {
  it('makes a tree of each name, without styles', () => {
    const { half, less } = readFormulas('% half\n\\frac{1}\n{2}\n\n% less\na < b\n');
    expect(half).toEqual({
      name: 'math',
      attributes: { display: 'block' },
      children: [
        {
          name: 'mfrac',
          attributes: {},
          children: [
            { name: 'mn', attributes: {}, children: ['1'] },
            { name: 'mn', attributes: {}, children: ['2'] },
          ],
        },
      ],
    });
    expect(JSON.stringify(less)).toContain('"<"');
  });

  it('throws for TeX that is wrong', () => {
    expect(() => readFormulas('% bad\n\\frac{1}')).toThrow();
  });
});

it.each(['<math><mi>x</math>', '<mi>x</mi><mi>y</mi>', 'x'])('%s is no formula', (markup) => {
  expect(() => parseMathMl(markup)).toThrow(/no single element/);
});
