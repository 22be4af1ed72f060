import { type DataKind, defaultSettings, type TrainSettings } from './settings';

/** Texts of the page's fields, as they stand in the address; an empty one is as the page has it for these data. */
export interface FormTexts {
  readonly size: string;
  readonly batch: string;
  readonly steps: string;
  readonly more: string;
  readonly schedule: string;
  readonly scale: string;
  readonly rate: string;
}

/** A text that is no number is NaN, which the run's own checks refuse. */
const numberOr = (text: string, fallback: number): number => (text.trim() === '' ? fallback : Number(text));

export function settingsOf(data: DataKind, texts: FormTexts): TrainSettings {
  const initial = defaultSettings[data];
  return {
    data,
    size: numberOr(texts.size, initial.size),
    batch: numberOr(texts.batch, initial.batch),
    steps: numberOr(texts.steps, initial.steps),
    learningRate: numberOr(texts.rate, initial.learningRate),
    inputScale: numberOr(texts.scale, initial.inputScale),
    schedule: texts.schedule.trim() || initial.schedule,
    more: data === 'points' ? '' : texts.more,
  };
}

/** What a run is called: its data and what its schedule is. */
export function titleOf({ data, inputScale, schedule }: TrainSettings): string {
  return `${dataNames[data]}, ${schedule}${inputScale === 1 ? '' : `, b ${inputScale}`}`;
}

const dataNames: Readonly<Record<DataKind, string>> = {
  points: 'Points',
  digits: 'Digits',
  emoji: 'Emoji',
  pictures: 'Pictures',
};

/** Seconds in words: `1 h 2 min`, `3 min 5 s`, `8 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h > 0) return `${h} h ${m} min`;
  return m > 0 ? `${m} min ${s} s` : `${s} s`;
}
