// Reference: what was taken and what was given back, kept by hand.
import { expect, it } from 'vitest';
import { f32 } from '../index';
import { Cells } from './cells';

function setUp(most = Number.POSITIVE_INFINITY) {
  const held = new Set<string>();
  const allocator = {
    take: (name: string, size: number): string => {
      if (held.size >= most) throw new RangeError(`no place for ${name}`);
      const place = `${name}, ${size}`;
      held.add(place);
      return place;
    },
    free: (place: string): void => {
      held.delete(place);
    },
  };
  return { allocator, held };
}

it('gives back what it took when there is no place for all, and nothing of the lender', () => {
  const { allocator, held } = setUp(3);
  const lender = Cells.open(allocator, { x: f32(2, 3) });
  const spec = { x: f32(6), y: f32(1), z: f32(1), last: f32(1) };
  expect(() => Cells.open(allocator, spec, lender)).toThrow('no place for last');
  expect([...held]).toEqual(['x, 6']);
});

it('names shared places until either end is destroyed', () => {
  const { allocator, held } = setUp();
  const lender = Cells.open(allocator, { x: f32(2) });
  const [first, second] = [1, 2].map((size) => Cells.open(allocator, { x: f32(2), y: f32(size) }, lender));
  const alias = first!.alias({ a: 'y', b: 'x' });
  expect([alias.place('a'), alias.place('b')]).toEqual(['y, 1', 'x, 2']);
  first!.destroy();
  first!.destroy();
  expect([...held]).toEqual(['x, 2', 'y, 2']);
  expect(() => first!.place('x')).toThrow("state 'x': used after its store was destroyed");
  expect(() => first!.alias({ a: 'x' })).toThrow("state 'x': used after its store was destroyed");
  expect(() => alias.place('a')).toThrow("state 'a': used after its store was destroyed");
  expect(alias.place('b')).toBe('x, 2');
  lender.destroy();
  expect(() => alias.place('b')).toThrow("state 'b': used after its store was destroyed");
  expect(() => second!.place('x')).toThrow("state 'x': used after its store was destroyed");
  expect(second!.place('y')).toBe('y, 2');
});

it('counts writes to a place under all its names', () => {
  const { allocator } = setUp();
  const lender = Cells.open(allocator, { x: f32(2), y: f32(2) });
  const shared = Cells.open(allocator, { x: f32(2), y: f32(2), z: f32(1) }, lender);
  const alias = shared.alias({ a: 'x', b: 'x', c: 'z' });
  const versions = (): number[] => [
    ...['x', 'y'].map((name) => lender.version(name)),
    ...['x', 'y', 'z'].map((name) => shared.version(name)),
    ...['a', 'b', 'c'].map((name) => alias.version(name)),
  ];
  expect(versions()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  alias.wrote('b');
  lender.wrote('x');
  expect(versions()).toEqual([2, 0, 2, 0, 0, 2, 2, 0]);
  shared.wrote('z');
  expect(versions()).toEqual([2, 0, 2, 0, 1, 2, 2, 1]);
});
