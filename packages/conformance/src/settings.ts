import { type RinConfig, rinConfigFromMetadata } from '@noisesmith/rin';
import { offsetCosine, parseSchedule, type Schedule } from '@noisesmith/schedules';
import { SettingError, type TrainConfig, type TrainSettings, trainConfig } from '@noisesmith/training';
import type { Fixture } from './fixture';

export type SamplerKind = 'ddim' | 'ddpm_large' | 'ddpm_small';

export interface SamplerRun {
  /** Its values are `sample.<key>.*`. */
  readonly key: string;
  readonly kind: SamplerKind;
  readonly eta: number;
  readonly guidance: number;
}

/** What a fixture's values were computed with. */
export interface ConformanceSettings {
  readonly config: RinConfig;
  /** The step; its batch is that of the tensors that it is given. */
  readonly train: TrainConfig;
  readonly schedule: Schedule;
  readonly timeDifference: number;
  readonly runs: readonly SamplerRun[];
}

/** In `rin-fixture-1` the settings beside the network's are prose, and these. */
const defaults = trainConfig({
  inputScale: 0.5,
  normalize: true,
  optimizer: { name: 'lamb', weightDecay: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  learningRate: { base: 1e-2 },
  ema: { decay: 0.9999 },
});

const kinds: readonly SamplerKind[] = ['ddim', 'ddpm_large', 'ddpm_small'];

/** @throws FormatError naming the file, for an unknown format or settings that do not read */
export function readSettings(fixture: Fixture): ConformanceSettings {
  const { format = '(none)' } = fixture.metadata;
  if (format !== 'rin-fixture-1' && format !== 'rin-fixture-2') {
    throw fixture.error(`format is ${format}; expected rin-fixture-1 or rin-fixture-2`);
  }
  const config = readConfig(fixture);
  if (format === 'rin-fixture-2') return { config, ...readJsonSettings(fixture) };
  return { config, train: defaults, schedule: offsetCosine(), timeDifference: 0, runs: runsByName(fixture) };
}

function readConfig(fixture: Fixture): RinConfig {
  const { config } = fixture.metadata;
  if (config === undefined) throw fixture.error('the metadata has no config');
  try {
    return rinConfigFromMetadata(config);
  } catch (error) {
    throw error instanceof RangeError ? fixture.error(error.message) : error;
  }
}

/** Sampler runs as the tensor names tell them: `sample.<kind>.w<guidance>.image01`. */
function runsByName(fixture: Fixture): SamplerRun[] {
  return fixture.expected.flatMap((name) => {
    const match = /^sample\.(ddim|ddpm_large|ddpm_small)\.w([\d.]+)\.image01$/.exec(name);
    if (!match) return [];
    const [, kind, guidance] = match;
    return [{ key: `${kind}.w${guidance}`, kind: kind as SamplerKind, eta: 0, guidance: Number(guidance) }];
  });
}

type Json = Readonly<Record<string, unknown>>;

function section(fixture: Fixture, key: string): Json {
  const text = fixture.metadata[key];
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Reported below like any other text that is no object.
  }
  throw fixture.error(`metadata ${key} is ${JSON.stringify(text.slice(0, 40))}; expected a JSON object`);
}

function readJsonSettings(fixture: Fixture): Omit<ConformanceSettings, 'config'> {
  const [train, lamb, ema, sampler] = ['train', 'lamb', 'ema', 'sampler'].map((key) => section(fixture, key)) as [
    Json,
    Json,
    Json,
    Json,
  ];
  const number = (from: Json, names: readonly string[], fallback: number): number => {
    const name = names.find((candidate) => from[candidate] !== undefined);
    if (name === undefined) return fallback;
    const value = from[name];
    if (typeof value === 'number') return value;
    throw fixture.error(`metadata setting ${name} is ${JSON.stringify(value)}; expected a number`);
  };
  const normalize = train.normalise ?? train.normalize ?? true;
  const { learningRate, optimizer } = defaults;
  return {
    train: checkedConfig(fixture, {
      inputScale: number(train, ['b', 'input_scale'], defaults.inputScale),
      normalize: normalize !== false && normalize !== 0,
      optimizer: {
        name: 'lamb',
        weightDecay: number(lamb, ['weight_decay', 'wd'], optimizer.weightDecay),
        beta1: number(lamb, ['beta1', 'b1'], optimizer.beta1),
        beta2: number(lamb, ['beta2', 'b2'], optimizer.beta2),
        epsilon: number(lamb, ['eps', 'epsilon'], optimizer.epsilon),
      },
      learningRate: { base: number(lamb, ['lr', 'learning_rate'], learningRate.base) },
      ema: { decay: number(ema, ['decay'], defaults.ema.decay) },
    }),
    schedule: readSchedule(fixture, sampler.schedule),
    timeDifference: number(sampler, ['td', 'time_difference'], 0),
    runs: sampler.runs === undefined ? runsByName(fixture) : readRuns(fixture, sampler.runs),
  };
}

function checkedConfig(fixture: Fixture, settings: TrainSettings): TrainConfig {
  try {
    return trainConfig(settings);
  } catch (error) {
    throw error instanceof SettingError ? fixture.error(error.message) : error;
  }
}

/** The schedule sampled with: a spec, or words that begin with the default's name. */
function readSchedule(fixture: Fixture, value: unknown): Schedule {
  if (value === undefined || (typeof value === 'string' && /^cosine(?!@)/.test(value))) return offsetCosine();
  if (typeof value !== 'string') throw fixture.error(`sampler schedule is ${JSON.stringify(value)}; expected a spec`);
  return parseSchedule(value);
}

function readRuns(fixture: Fixture, value: unknown): SamplerRun[] {
  if (!Array.isArray(value)) throw fixture.error('sampler runs are no list');
  return value.map((item: unknown): SamplerRun => {
    const { eta = 0, guidance = 0, key, kind } = (item ?? {}) as Json;
    const found = kinds.find((candidate) => candidate === kind);
    if (typeof key === 'string' && found && typeof eta === 'number' && typeof guidance === 'number') {
      return { key, kind: found, eta, guidance };
    }
    throw fixture.error(
      `sampler run ${JSON.stringify(item)}; expected key, kind (${kinds.join(', ')}), eta and guidance`,
    );
  });
}
