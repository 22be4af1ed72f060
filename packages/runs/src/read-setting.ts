import { ScheduleSpecError } from '@noisesmith/schedules';
import { SettingError } from '@noisesmith/training';

/**
 * Runs something whose RangeErrors are about one setting, e.g. the spec of a sampler.
 * @throws SettingError with the path and the first line of the error
 */
export function readSetting<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof ScheduleSpecError)) throw error;
    throw new SettingError(path, `${path}: ${error.message.split('\n', 1)[0]!.trim()}`);
  }
}
