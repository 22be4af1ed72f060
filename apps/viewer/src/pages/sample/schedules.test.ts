// Reference: the list of families of @noisesmith/schedules.
import { scheduleFamilies } from '@noisesmith/schedules';
import { expect, it } from 'vitest';
import { describeSchedule, readSchedule, scheduleSuggestions } from './schedules';

it('every suggestion is a schedule, described as its family', () => {
  expect(scheduleSuggestions).toHaveLength(scheduleFamilies.length);
  scheduleSuggestions.forEach((spec, i) => {
    expect(readSchedule(spec)).toHaveProperty('schedule.spec', spec);
    expect(describeSchedule(spec)).toMatch(/^[A-Z]/);
    expect(describeSchedule(spec).toLowerCase()).toBe(scheduleFamilies[i]!.description.toLowerCase());
  });
});

it('what is no schedule is said in one line', () => {
  expect(readSchedule('cosin')).toEqual({ error: expect.stringMatching(/^bad schedule spec "cosin": [^\n]+$/) });
});
