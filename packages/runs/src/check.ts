import { type RinConfig, rinConfig } from '@noisesmith/rin';
import { parseSampler } from '@noisesmith/samplers';
import { parseSchedule } from '@noisesmith/schedules';
import { backendChoices } from '@noisesmith/tensor';
import { Fields, SettingError, trainConfig } from '@noisesmith/training';
import type { RunConfig } from './config';
import { type DataConfig, defaultOutput, type OutputConfig, type SamplingConfig } from './presets/preset';
import { readSetting } from './read-setting';

/**
 * A configuration, which may come from a file, with every field checked: each is there and possible, and they fit each
 * other. A setting that an earlier version did not have may be left out of `train`, `model` and `output`, and
 * `backend` too.
 * @throws SettingError, one line naming the setting, its value and what was expected
 */
export function checkRunConfig(config: RunConfig | Readonly<Record<string, unknown>>): RunConfig {
  const { backend = 'auto', preset, ...parts } = config as Readonly<Record<string, unknown>>;
  if (typeof preset !== 'string')
    throw new SettingError('preset', `preset is ${JSON.stringify(preset)}; expected a name`);
  const known = kinds.find((kind) => kind === backend);
  if (!known) {
    throw new SettingError('backend', `backend is ${JSON.stringify(backend)}; expected one of ${kinds.join(', ')}`);
  }
  for (const name of Object.keys(parts)) {
    if (!sections.includes(name)) {
      throw new SettingError(name, `${name} is unknown; expected one of backend, ${sections.join(', ')}`);
    }
  }
  const checked: RunConfig = {
    preset,
    backend: known,
    model: readModelConfig(parts.model),
    data: readData(new Fields('data', parts.data)),
    train: trainConfig(object('train', parts.train)),
    sampling: readSampling(new Fields('sampling', parts.sampling)),
    output: readOutput(new Fields('output', parts.output)),
  };
  checkFit(checked);
  return checked;
}

const kinds = [...backendChoices, 'oracle'] as const;

const sections = ['model', 'data', 'train', 'sampling', 'output'];

function object(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SettingError(path, `${path} is ${JSON.stringify(value) ?? 'missing'}; expected an object`);
}

/** Types by field here; how the values fit each other is the network's to say. */
function readModelConfig(value: unknown): RinConfig {
  const fields = new Fields('model', object('model', value));
  const count = (name: string): number => fields.number(name, { least: 1, whole: true });
  const share = { fallback: 0, least: 0, most: 1 };
  const positions = ['learned', 'sin_cos', 'sin_cos_plus_learned'] as const;
  const [height, width] = fields.numbers('image', { length: 2, least: 1, whole: true }) as [number, number];
  const model: RinConfig = {
    image: [height, width],
    channels: count('channels'),
    patch: count('patch'),
    latents: count('latents'),
    latentDim: count('latentDim'),
    tapeDim: count('tapeDim'),
    blocks: fields.numbers('blocks', { least: 0, whole: true }),
    heads: count('heads'),
    rwHeads: count('rwHeads'),
    latentMlp: fields.number('latentMlp', { fallback: 4, least: 1, whole: true }),
    tapeMlp: fields.number('tapeMlp', { fallback: 4, least: 0, whole: true }),
    classes: fields.number('classes', { least: 0, whole: true }),
    timeScale: fields.number('timeScale', { fallback: 1000, least: 0, open: true }),
    tapePos: fields.oneOf('tapePos', positions, 'learned'),
    latentPos: fields.oneOf('latentPos', positions, 'learned'),
    tapeConvKernel: fields.oneOf('tapeConvKernel', [0, 3], 0),
    initializer: fields.oneOf('initializer', ['keras2', 'glorot'], 'keras2'),
    dropUnits: fields.number('dropUnits', share),
    dropPath: fields.number('dropPath', share),
  };
  fields.end();
  return readSetting('model', () => rinConfig(model));
}

function readData(fields: Fields): DataConfig {
  const data: DataConfig = {
    source: fields.textOrNull('source'),
    size: fields.number('size', { least: 1, whole: true }),
    channels: fields.oneOf('channels', [1, 3]),
    resize: fields.oneOf('resize', ['bicubic', 'area']),
    crop: fields.oneOf('crop', ['center', 'none']),
    flip: fields.flag('flip'),
  };
  fields.end();
  return data;
}

function readSampling(fields: Fields): SamplingConfig {
  const sampling: SamplingConfig = {
    steps: fields.number('steps', { least: 1, whole: true }),
    sampler: fields.text('sampler'),
    schedule: fields.text('schedule'),
    guidance: fields.number('guidance', {}),
  };
  fields.end();
  readSetting('sampling.sampler', () => parseSampler(sampling.sampler));
  readSetting('sampling.schedule', () => parseSchedule(sampling.schedule));
  return sampling;
}

function readOutput(fields: Fields): OutputConfig {
  const output: OutputConfig = {
    gridEvery: fields.number('gridEvery', { least: 0, whole: true }),
    checkpointEvery: fields.number('checkpointEvery', { least: 1, whole: true }),
    keep: fields.number('keep', { least: 1, whole: true }),
    samplesPerClass: fields.number('samplesPerClass', { least: 0, whole: true }),
    evalEvery: fields.number('evalEvery', { fallback: 0, least: 0, whole: true }),
    evalN: fields.number('evalN', { fallback: defaultOutput.evalN, least: 2, whole: true }),
    evalNetwork: fields.text('evalNetwork', defaultOutput.evalNetwork),
  };
  fields.end();
  return output;
}

function checkFit({ data, model, sampling }: RunConfig): void {
  const [height, width] = model.image;
  if (height !== data.size || width !== data.size) {
    const both = `set both, e.g. --set model.image=[${data.size},${data.size}]`;
    throw new SettingError('data.size', `data.size is ${data.size} but model.image is ${height}x${width}; ${both}`);
  }
  if (data.channels !== model.channels) {
    throw new SettingError(
      'data.channels',
      `data.channels is ${data.channels} but model.channels is ${model.channels}; set both`,
    );
  }
  if (sampling.guidance !== 0 && model.classes === 0) {
    throw new SettingError(
      'sampling.guidance',
      `sampling.guidance is ${sampling.guidance}; expected 0 for a network without classes (model.classes)`,
    );
  }
}
