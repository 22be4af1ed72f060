import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileContent, writeFileAtomic } from '@noisesmith/formats/node';
import { formatTuning, type RunConfig, type RunTuning } from '@noisesmith/runs';
import { type CheckpointStorage, listCheckpoints, type StepStatistics } from '@noisesmith/training';
import { exists } from '../files';
import { RunLock } from './run-lock';
import { folderStorage, removeLeftovers } from './storage';
import { TUNING_FILE } from './tuning';

/** The files of one run. */
export class RunFolder {
  readonly checkpoints: CheckpointStorage;

  constructor(readonly path: string) {
    this.checkpoints = folderStorage(this.file('checkpoints'));
  }

  file(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  /**
   * Makes the folder, or tidies up what an unclean end has left in it, for a run that goes on from `step`.
   * @returns what keeps other processes away until it is disposed of
   * @throws UsageError when another process trains here
   */
  async prepare(config: RunConfig, tuning: RunTuning, step: number): Promise<RunLock> {
    await mkdir(this.path, { recursive: true });
    const lock = RunLock.take(this.path);
    try {
      await this.fill(config, tuning, step);
      return lock;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  private async fill(config: RunConfig, tuning: RunTuning, step: number): Promise<void> {
    for (const folder of [this.path, this.file('grids'), this.file('checkpoints')]) {
      await mkdir(folder, { recursive: true });
      await removeLeftovers(folder);
    }
    // A folder with a configuration holds a run: the choices it begins with are there before.
    await this.write(TUNING_FILE, formatTuning(tuning));
    await this.write('config.json', `${JSON.stringify(config, null, 2)}\n`);
    await this.dropStatisticsAfter(step);
  }

  async write(name: string, content: FileContent): Promise<void> {
    await writeFileAtomic(this.file(name), content);
  }

  /** One line of `stats.jsonl`. */
  async appendStatistics(statistics: StepStatistics): Promise<void> {
    const line = JSON.stringify({ ...statistics, time: new Date().toISOString() });
    await appendFile(this.file('stats.jsonl'), `${line}\n`);
  }

  /** Whether the run has got to its end, with all its files written. */
  async isFinished({ output, train }: RunConfig): Promise<boolean> {
    const [newest] = await listCheckpoints(this.checkpoints);
    if (newest?.step !== train.steps) return false;
    const files = ['ema.safetensors', 'grid.png', ...(output.samplesPerClass > 0 ? ['samples.npz'] : [])];
    return (await Promise.all(files.map((name) => exists(this.file(name))))).every(Boolean);
  }

  /** Steps after the last checkpoint will run again; a line that a kill has cut short goes too. */
  private async dropStatisticsAfter(step: number): Promise<void> {
    if (!(await exists(this.file('stats.jsonl')))) return;
    const text = await readFile(this.file('stats.jsonl'), 'utf8');
    const kept = text.split('\n').filter((line) => {
      try {
        return (JSON.parse(line) as StepStatistics).step <= step;
      } catch {
        return false;
      }
    });
    await this.write('stats.jsonl', kept.map((line) => `${line}\n`).join(''));
  }
}
