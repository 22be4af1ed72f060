import { SettingError } from '@noisesmith/training';
import { suggestion } from '../nearest';
import { cifar10 } from './cifar10';
import { emoji64 } from './emoji-64';
import { mnist } from './mnist';
import { mnistTiny } from './mnist-tiny';
import type { Preset } from './preset';
import { table1RunPresets } from './table1';

/** All presets by name: `table1-64` to `table1-1024`, `cifar10`, `mnist`, `mnist-tiny`, `emoji-64`. */
export const presets: Readonly<Record<string, Preset>> = Object.fromEntries(
  [...table1RunPresets, cifar10, mnist, mnistTiny, emoji64].map((one) => [one.name, one]),
);

/** @throws SettingError, one line with the nearest or all of the known names */
export function preset(name: string): Preset {
  const found = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (found) return found;
  throw new SettingError(
    'preset',
    `preset ${JSON.stringify(name)} is unknown${suggestion(name, Object.keys(presets))}`,
  );
}
