import { number, oneOf, text, type UrlValue } from '../../state/url-state.svelte';
import { type Mode, modes } from './request';

/** A number that is given, or not. */
const optional = (min: number, max: number): UrlValue<number | undefined> => ({
  initial: undefined,
  parse: (value) => number(0, { min, max }).parse(value),
  format: (value) => (value === undefined ? '' : String(value)),
});

/** When noise and guess are both to be seen. */
const TELLING_TIME = 0.44;

/** What of page Sample lives in its address. What is not chosen is as the network's run has it. */
export const sampleState = {
  mode: oneOf(modes, 'one'),
  class: text('all'),
  seeds: text('0-9'),
  sampler: text(''),
  schedule: text(''),
  steps: optional(1, 1000),
  guidance: optional(-100, 100),
  samplerB: text(''),
  scheduleB: text(''),
  stepsB: optional(1, 1000),
  guidanceB: optional(-100, 100),
  /** The sample and the setting that are selected, and the time that is shown. */
  sample: number(0, { min: 0 }),
  column: number(0, { min: 0 }),
  t: number(TELLING_TIME, { min: 0, max: 1 }),
  shows: oneOf(['x', 'x0'], 'x'),
} as const;

export interface SampleState {
  mode: Mode;
  class: string;
  seeds: string;
  sampler: string;
  schedule: string;
  steps: number | undefined;
  guidance: number | undefined;
  samplerB: string;
  scheduleB: string;
  stepsB: number | undefined;
  guidanceB: number | undefined;
  sample: number;
  column: number;
  t: number;
  shows: 'x' | 'x0';
}

/** Whether something is asked for that what comes with the page does not show. */
export const asksForMore = (state: SampleState): boolean =>
  (['mode', 'class', 'seeds', 'sampler', 'schedule', 'steps', 'guidance'] as const).some(
    (name) => state[name] !== sampleState[name].initial,
  );
