// Reference: the schedules themselves. The curve that comes out goes through the point, to the rounding of the value.
import { parseSchedule, scheduleFamilies } from '@noisesmith/schedules';
import { describe, expect, it } from 'vitest';
import { bend } from './bend';
import { parametersOf, rounded, stepped, valueIn, withValue } from './families';

const turned = scheduleFamilies.flatMap(({ example }) =>
  parametersOf(example).flatMap((parameter) => (parameter.handle ? [{ example, parameter, ...parameter.handle }] : [])),
);

it('every family with values that it needs has parameters', () => {
  for (const { example, required } of scheduleFamilies) {
    const numbers = required.filter((name) => name !== 'reverse');
    expect(parametersOf(example).map(({ name }) => name)).toEqual([...numbers, 'scale']);
  }
});

describe.each(turned)('$parameter.label of $example', ({ example, parameter, chart, t }) => {
  it('is found again from a point of the curve', () => {
    const value = rounded(parameter, valueIn(example, parameter) * 1.1 + (parameter.step ?? 0));
    const bent = withValue(example, parameter, value)!;
    const found = bend(example, parameter, (schedule) => schedule[chart](t), bent[chart](t));
    expect(Math.abs(withValue(example, parameter, found)![chart](t) - bent[chart](t))).toBeLessThan(1e-9);
  });

  it('goes as far as it can towards a point out of reach', () => {
    const target = chart === 'gamma' ? 1 : 100;
    const found = bend(example, parameter, (schedule) => schedule[chart](t), target);
    expect(found).toBeGreaterThanOrEqual(parameter.min);
    expect(found).toBeLessThanOrEqual(parameter.max);
    const reached = withValue(example, parameter, found)![chart](t);
    expect(reached).toBeGreaterThanOrEqual(parseSchedule(example)[chart](t));
  });
});

it('steps change every value, and stay in the range', () => {
  for (const { parameter } of turned) {
    for (const value of [parameter.min, (parameter.min + parameter.max) / 2]) {
      expect(stepped(parameter, value, 1)).toBeGreaterThan(value);
    }
    expect(stepped(parameter, parameter.max, 1)).toBe(parameter.max);
    expect(stepped(parameter, parameter.min, -1)).toBe(parameter.min);
  }
});
