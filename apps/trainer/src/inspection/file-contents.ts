import { fileSource } from '@noisesmith/formats/node';
import { type FileContents, inspectFile as inspectSource } from '@noisesmith/runs';
import type { Progress } from '../run/progress';

/** How much of a file is looked at. */
export interface Look {
  /** Whether all values are read too. */
  readonly check: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * What is in a file of arrays, see `inspectFile` of @noisesmith/runs.
 * @throws FileError or FormatError for a file that cannot be opened
 */
export async function inspectFile(file: string, { check, progress, signal }: Look): Promise<FileContents> {
  await using source = await fileSource(file);
  return await inspectSource(source, {
    check,
    signal,
    onProgress: (tensor, done, total) => progress.count(`reading ${tensor}`, done, total),
  });
}
