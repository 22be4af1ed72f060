import { rinConfig } from '@noisesmith/rin';
import { parseSampler } from '@noisesmith/samplers';
import { parseSchedule } from '@noisesmith/schedules';
import { trainConfig } from '@noisesmith/training';
import { UsageError, userInput } from '../errors';
import type { RunConfig } from './run-config';

const fail = (path: string, value: unknown, expected: string): never => {
  throw new UsageError(`${path} is ${JSON.stringify(value)}; expected ${expected}`);
};

function whole(path: string, value: unknown, least: number): void {
  if (!(Number.isSafeInteger(value) && (value as number) >= least)) {
    fail(path, value, `a whole number of at least ${least}`);
  }
}

function oneOf(path: string, value: unknown, known: readonly unknown[]): void {
  if (!known.includes(value)) fail(path, value, `one of ${known.map((item) => JSON.stringify(item)).join(', ')}`);
}

/**
 * A configuration whose parts are known to be possible and to fit each other.
 * @throws UsageError, SettingError or ScheduleSpecError, one line naming the setting, its value and what was expected
 */
export function checkRunConfig(config: RunConfig): RunConfig {
  const { data, model, output, sampling } = config;
  userInput(() => rinConfig(model));
  const train = trainConfig(config.train);
  checkData(data);
  checkFit(config);
  whole('sampling.steps', sampling.steps, 1);
  userInput(() => parseSampler(String(sampling.sampler)));
  parseSchedule(String(sampling.schedule));
  if (!Number.isFinite(sampling.guidance)) fail('sampling.guidance', sampling.guidance, 'a number');
  if (sampling.guidance !== 0 && model.classes === 0) {
    fail('sampling.guidance', sampling.guidance, '0 for a network without classes (model.classes)');
  }
  whole('output.gridEvery', output.gridEvery, 0);
  whole('output.checkpointEvery', output.checkpointEvery, 1);
  whole('output.keep', output.keep, 1);
  whole('output.samplesPerClass', output.samplesPerClass, 0);
  return { ...config, train };
}

function checkData(data: RunConfig['data']): void {
  if (data.source !== null && typeof data.source !== 'string')
    fail('data.source', data.source, 'a data set, e.g. mnist');
  whole('data.size', data.size, 1);
  oneOf('data.channels', data.channels, [1, 3]);
  oneOf('data.resize', data.resize, ['bicubic', 'area']);
  oneOf('data.crop', data.crop, ['center', 'none']);
  oneOf('data.flip', data.flip, [true, false]);
}

function checkFit({ data, model }: RunConfig): void {
  const [height, width] = model.image;
  if (height !== data.size || width !== data.size) {
    const both = `set both, e.g. --set model.image=[${data.size},${data.size}]`;
    throw new UsageError(`data.size is ${data.size} but model.image is ${height}x${width}; ${both}`);
  }
  if (data.channels !== model.channels) {
    throw new UsageError(`data.channels is ${data.channels} but model.channels is ${model.channels}; set both`);
  }
}
