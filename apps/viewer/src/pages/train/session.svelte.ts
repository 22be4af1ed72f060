import { activity } from '../../state/activity.svelte';
import { deleteKeptRun, type KeptRun, listKeptRuns } from '../../state/kept-runs';
import type { StopAt } from './engine/lane';
import type { PathOptions } from './engine/points-run';
import { Lane, type LaneRequest } from './lane.svelte';
import type { SettingErrors, TrainSettings } from './settings';

/** Which runs were open when the page was last left. */
const REMEMBERED = 'noisesmith/train';

const remembered = (): readonly string[] => {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(REMEMBERED) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
};

const remember = (ids: readonly string[]): void => {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(ids));
  } catch {
    // A browser that keeps nothing offers nothing.
  }
};

/** A name for a folder that sorts by time and is told apart by eye. */
function folderName(title: string, lane: string): string {
  const time = new Date().toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');
  return `${title.replaceAll(/[^\w@,.-]+/g, ' ').trim()} ${time} ${lane}`;
}

/** What is trained in this page, whichever page of the site is shown: at most two runs side by side. */
class Session {
  readonly lanes = [new Lane('A'), new Lane('B')] as const;
  kept = $state.raw<readonly KeptRun[]>([]);
  /** Runs of the visit before that can be gone on with. */
  offered = $state.raw<readonly KeptRun[]>([]);
  private looked = false;

  get isBusy(): boolean {
    return this.lanes.some(({ status }) => status === 'training' || status === 'opening');
  }

  /** Lanes that show a run. */
  get shown(): readonly Lane[] {
    return this.lanes.filter(({ id, status }) => id !== undefined || status !== 'empty');
  }

  get canPause(): boolean {
    return this.lanes.some(({ status }) => status === 'training');
  }

  get canGoOn(): boolean {
    return !this.isBusy && this.lanes.some(({ status }) => status === 'ready');
  }

  get isOpen(): boolean {
    return this.lanes.some(({ isOpen }) => isOpen);
  }

  /** What a run would say of settings; undefined where its worker was closed meanwhile, as a new run does. */
  async check(settings: TrainSettings | undefined): Promise<SettingErrors | undefined> {
    if (!settings) return {};
    try {
      return await this.lanes[0].calls.call('check', settings);
    } catch (error) {
      if ((error as Error).name === 'AbortError') return undefined;
      throw error;
    }
  }

  /** Begins runs, one for each request, and trains them. */
  async begin(requests: readonly Omit<LaneRequest, 'id'>[], stop: StopAt, sampleSeconds: number): Promise<void> {
    this.offered = [];
    await this.stop();
    for (const lane of this.lanes.slice(requests.length)) lane.forget();
    const runs = requests.map((request, i) => ({ ...request, id: folderName(request.title, this.lanes[i]!.name) }));
    remember(runs.map(({ id }) => id));
    const ready = await Promise.all(runs.map((run, i) => this.lanes[i]!.begin(run)));
    void this.look();
    if (ready.every(Boolean)) await this.train(stop, sampleSeconds);
  }

  /** Trains what is ready. */
  async train(stop: StopAt, sampleSeconds: number): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.train(stop, sampleSeconds)));
    await this.look();
  }

  pause(): void {
    for (const lane of this.lanes) lane.pause();
  }

  async stop(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.stop()));
    remember([]);
    await this.look();
  }

  /** Opens runs that are kept, where they stopped. */
  async goOn(ids: readonly string[], paths: PathOptions): Promise<void> {
    this.offered = [];
    await this.stop();
    for (const lane of this.lanes.slice(ids.length)) lane.forget();
    remember(ids);
    await Promise.all(
      ids.map(async (id, i) => {
        const lane = this.lanes[i]!;
        await lane.goOn(id, paths);
        await lane.sample();
      }),
    );
  }

  /** Reads what is kept; the first time also what the visit before has left. */
  async look(): Promise<void> {
    this.kept = await listKeptRuns();
    if (this.looked) return;
    this.looked = true;
    const before = remembered();
    if (this.shown.length > 0) return;
    this.offered = before.flatMap((id) => this.kept.find((run) => run.id === id) ?? []);
  }

  async remove(id: string): Promise<void> {
    const open = this.lanes.find((lane) => lane.id === id);
    if (open) await open.remove();
    else await deleteKeptRun(id);
    this.offered = this.offered.filter((run) => run.id !== id);
    await this.look();
  }

  /** Takes in a zipped run. @returns its folder @throws WorkerCallError, one line, for one that is none */
  async take(file: File): Promise<string> {
    const id = folderName(file.name.replace(/\.zip$/i, ''), 'import');
    await this.lanes[0].calls.call('unzip', { id, file });
    await this.look();
    return id;
  }
}

export const session = new Session();

// The header of every page says what goes on here.
$effect.root(() => {
  $effect(() => {
    const training = session.lanes.find(({ status }) => status === 'training');
    activity.path = 'train';
    activity.text = training ? `Training, step ${training.step.toLocaleString('en')}` : '';
  });
});
