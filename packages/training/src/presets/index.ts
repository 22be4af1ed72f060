import { cifar10 } from './cifar10';
import { emoji64 } from './emoji-64';
import { mnistTiny } from './mnist-tiny';
import type { Preset } from './preset';
import { table1TrainingPresets } from './table1';

/** All presets by name: `table1-64` to `table1-1024`, `cifar10`, `mnist-tiny`, `emoji-64`. */
export const trainingPresets: Readonly<Record<string, Preset>> = Object.fromEntries(
  [...table1TrainingPresets, cifar10, mnistTiny, emoji64].map((preset) => [preset.name, preset]),
);

/** @throws RangeError, one line with the known names */
export function trainingPreset(name: string): Preset {
  const found = Object.hasOwn(trainingPresets, name) ? trainingPresets[name] : undefined;
  if (found) return found;
  throw new RangeError(`preset '${name}' is unknown; expected one of ${Object.keys(trainingPresets).join(', ')}`);
}
