// Reference: the layout's own segments.
import { layoutOf } from '@noisesmith/tensor';
import { expect, it } from 'vitest';
import { flattenParameters, parameterViews } from './parameters';

const layout = layoutOf({ a: [2, 2], b: [3] });
const a = Float32Array.of(1, 2, 3, 4);
const b = Float32Array.of(5, 6, 7);

it('named tensors go into the flat vector and come out again, from a record or a map', () => {
  const flat = flattenParameters(layout, { b, a, other: b });
  expect(Object.fromEntries(parameterViews(layout, flat))).toEqual({ a, b });
  expect(flattenParameters(layout, new Map(Object.entries({ a, b })))).toEqual(flat);
  expect(flat.reduce((sum, v) => sum + v)).toBe(28);
});

it('views share the vector', () => {
  const flat = flattenParameters(layout, { a, b });
  parameterViews(layout, flat).get('b')![0] = 9;
  expect(flat).toContain(9);
});

it('what does not fit is named', () => {
  expect(() => flattenParameters(layout, { a })).toThrow("parameter 'b' [3] is missing");
  expect(() => flattenParameters(layout, { a, b: a })).toThrow("parameter 'b' has 4 elements, expected 3 (shape [3])");
  expect(() => parameterViews(layout, a)).toThrow(`flat parameters have 4 elements, the layout ${layout.size}`);
});
