import type { RunSetting, RunView } from './run-view';

/** A setting as a cell; undefined where a run does not have it. */
export const settingText = (value: RunSetting | undefined): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);

/** A setting in the runs that have it. */
export interface SettingRow {
  readonly path: string;
  /** One for each run, in their order. */
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
}

/** The settings of runs side by side, in the order in which the first runs have them. */
export function settingRows(runs: readonly Pick<RunView, 'settings'>[]): readonly SettingRow[] {
  const paths = new Set(runs.flatMap(({ settings }) => Object.keys(settings)));
  return [...paths].map((path) => {
    const values = runs.map(({ settings }) => settingText(settings[path]));
    return { path, values, differs: new Set(values).size > 1 };
  });
}
