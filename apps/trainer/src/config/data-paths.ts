import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { mapDataPaths } from '@noisesmith/runs';

/** A data set spec whose paths lead to the same files from any folder. */
export const absoluteData = (spec: string): string => mapDataPaths(spec, (path) => resolve(path));

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Whether two specs name the same files, however they are spelled. */
export const isSameData = (a: string, b: string): boolean => mapDataPaths(a, realPath) === mapDataPaths(b, realPath);
