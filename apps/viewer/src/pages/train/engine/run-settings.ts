import { applySettings, checkRunConfig, presetConfig, type RunConfig, type Setting } from '@noisesmith/runs';
import { SettingError, type TrainConfig, trainConfig } from '@noisesmith/training';
import { type DataFacts, defaultSettings, type SettingErrors, type SettingName, type TrainSettings } from '../settings';

/** Where a run that a page keeps has its data, beside its configuration. */
export const DATA_FILE = 'data.npz';

const PAGE = 'this page';

/** The largest patch of up to 8 pixels that leaves no more than 64 tokens, or the smallest that there is. */
export function patchOf(size: number): number {
  const possible = [2, 4, 8].filter((patch) => size % patch === 0);
  return possible.find((patch) => (size / patch) ** 2 <= 64) ?? possible.at(-1) ?? 1;
}

/**
 * `PATH=VALUE` words as the command line takes them after `--set`, which may be copied along. A value is JSON or text.
 * @throws SettingError for a word without a path
 */
export function moreSettings(text: string): Setting[] {
  const words = text.split(/\s+/).filter((word) => word !== '' && word !== '--set');
  return words.map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw new SettingError('more', `${JSON.stringify(word)}; expected PATH=VALUE, such as train.seed=1`);
    return { path: word.slice(0, at), value: readValue(word.slice(at + 1)), from: PAGE };
  });
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The configuration of a run of pictures: the preset `mnist-tiny` with what the page has put in.
 * @throws SettingError, one line
 */
export function imageConfig(settings: TrainSettings, { channels, classes }: DataFacts): RunConfig {
  const { batch, inputScale, learningRate, schedule, size, steps } = settings;
  const patch = Number.isSafeInteger(size) && size > 0 ? patchOf(size) : 1;
  const given: Record<string, unknown> = {
    'data.source': `npz:${DATA_FILE}`,
    'data.size': size,
    'data.channels': channels,
    'data.crop': 'none',
    'model.image': [size, size],
    'model.channels': channels,
    'model.classes': classes,
    'model.patch': patch,
    'train.batch': batch,
    'train.inputScale': inputScale,
    'train.learningRate.base': learningRate,
    'train.schedule': schedule,
    'train.steps': steps,
    ...(classes === 0 && { 'sampling.guidance': 0 }),
    // Samples are drawn by the clock, and a page is closed without notice.
    'output.gridEvery': 0,
    'output.checkpointEvery': 200,
    'output.samplesPerClass': 0,
  };
  const own = Object.entries(given).map(([path, value]) => ({ path, value, from: PAGE }));
  return checkRunConfig(applySettings(presetConfig('mnist-tiny'), [...own, ...moreSettings(settings.more)]));
}

/**
 * The training of points. Their two numbers are no image whose variance says anything, so x is not normalised.
 * @throws SettingError, one line
 */
export function pointsConfig({ batch, inputScale, learningRate, schedule, steps }: TrainSettings): TrainConfig {
  return trainConfig({
    steps,
    batch,
    schedule,
    inputScale,
    normalize: false,
    predictionType: 'v',
    selfConditioning: { rate: 0 },
    optimizer: { name: 'adamw', weightDecay: 0 },
    learningRate: { base: learningRate, warmup: 50, decay: 'cosine@1' },
    gradientClip: 1,
    ema: { decay: 0.99, warmup: 'ramp' },
    stratifyTime: true,
  });
}

const fields: readonly (readonly [path: RegExp, field: SettingName])[] = [
  [/^train\.schedule/, 'schedule'],
  [/^train\.inputScale/, 'inputScale'],
  [/^train\.batch/, 'batch'],
  [/^train\.learningRate/, 'learningRate'],
  [/^train\.steps/, 'steps'],
  [/^data\.size/, 'size'],
];

/** The field of the page where a message belongs. */
const fieldOf = (path: string): SettingName => fields.find(([pattern]) => pattern.test(path))?.[1] ?? 'more';

/** What the run itself would refuse, at the field that is to blame: one line each, all of them. */
export function settingErrors(settings: TrainSettings, facts: DataFacts): SettingErrors {
  const errors: SettingErrors = {};
  let tried = settings;
  // A check ends at the first that is wrong; with that one as it was at first, the others show.
  for (let i = 0; i < fields.length + 1; i++) {
    try {
      if (settings.data === 'points') pointsConfig(tried);
      else imageConfig(tried, facts);
      return errors;
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      const field = fieldOf(error.path);
      if (errors[field] !== undefined) return errors;
      errors[field] = error.message;
      tried = { ...tried, [field]: defaultSettings[settings.data][field] };
    }
  }
  return errors;
}
