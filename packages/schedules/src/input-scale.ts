import { ScheduleSpecError } from './errors';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A decimal number, surrounded by nothing; NaN for anything else. */
export function readNumber(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

const SHIFT = 'shift@';

/** The spellings of an input scale, for help texts. */
export const inputScaleUsage: readonly string[] = ['b', `${SHIFT}s`];

/**
 * Reads an input scale: the factor b itself, or `shift@s`, the time shift of Stable Diffusion 3 (Esser et al. 2024,
 * section 5.3.2; `shift` in its code) for b = 1/s. On a rectified flow t' = s t / (1 + (s - 1) t) moves the logSNR by
 * -2 ln s, which is what b = 1/s does to any schedule.
 *
 * @throws ScheduleSpecError when it is neither, or not finite and positive; its `spec` is the text
 */
export function parseInputScale(text: string): number {
  const value = text.trim();
  const isShift = value.startsWith(SHIFT);
  const name = isShift ? 'shift' : 'input scale';
  const number = isShift ? value.slice(SHIFT.length).trim() : value;
  const read = readNumber(number);
  if (Number.isNaN(read)) {
    const expected = isShift
      ? 'shift to be a finite number above 0'
      : `input scale to be a finite number, or ${SHIFT}s`;
    throw new ScheduleSpecError(text, `${name} is ${JSON.stringify(number)}`, expected);
  }
  const inputScale = isShift ? 1 / read : read;
  if (!(read > 0 && inputScale > 0 && Number.isFinite(inputScale))) {
    throw new ScheduleSpecError(text, `${name} is ${read}`, `the ${name} to be a finite number above 0`);
  }
  return inputScale;
}
