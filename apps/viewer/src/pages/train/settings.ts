/** What a visitor trains on. */
export type DataKind = 'digits' | 'emoji' | 'pictures' | 'points';

/** The settings of one run as the page has them: plain data. */
export interface TrainSettings {
  readonly data: DataKind;
  /** Side of the pictures in pixels; points have none. */
  readonly size: number;
  readonly schedule: string;
  /** b of the paper. */
  readonly inputScale: number;
  readonly batch: number;
  /** Peak of the learning rate. */
  readonly learningRate: number;
  readonly steps: number;
  /** Further settings as on the command line, `train.seed=1 model.latents=32`; pictures only. */
  readonly more: string;
}

/** A field of the page that a message stands at. */
export type SettingName = keyof TrainSettings;

/** One line for each field that is wrong. */
export type SettingErrors = Partial<Record<SettingName, string>>;

/** What a network has to fit. */
export interface DataFacts {
  readonly channels: 1 | 3;
  readonly classes: number;
}

/** Where a run begins: minutes without a GPU. Points take seconds. */
export const defaultSettings: Readonly<Record<DataKind, TrainSettings>> = {
  digits: base('digits', { size: 14, batch: 8, learningRate: 4e-3, steps: 7000 }),
  emoji: base('emoji', { size: 16, batch: 16, learningRate: 4e-3, steps: 10_000 }),
  pictures: base('pictures', { size: 16, batch: 16, learningRate: 4e-3, steps: 10_000 }),
  points: base('points', { size: 1, batch: 256, learningRate: 3e-3, steps: 2000 }),
};

function base(data: DataKind, own: Pick<TrainSettings, 'size' | 'batch' | 'learningRate' | 'steps'>): TrainSettings {
  return { data, schedule: 'simple_linear', inputScale: 1, more: '', ...own };
}
