import { chosenBackend } from '../../state/backend-choice.svelte';
import { deleteKeptRun } from '../../state/kept-runs';
import type { LevelEntry } from '../../ui/noise-levels';
import { connectWorker, type WorkerCalls } from '../../worker/calls';
import { type Curve, emptyCurve, grown, LossProfile, longer, upTo } from './curves';
import type { LaneEnd, LaneEvent, LaneSamples, StopAt } from './engine/lane';
import type { PathOptions } from './engine/points-run';
import type { BeginRequest, Opened, TrainHandlers } from './worker';

export type LaneName = 'A' | 'B';

/** `opening`: data are read and kernels compiled; `ready`: it may train. */
export type LaneStatus = 'empty' | 'opening' | 'ready' | 'training' | 'done' | 'failed';

type StepEvent = Extract<LaneEvent, { type: 'step' }>;

/** What a worker is told of the page. */
const around = () => ({ base: new URL('.', document.baseURI).href, backend: chosenBackend.choice });

/** What a run is begun with; the lane knows the rest. */
export type LaneRequest = Omit<BeginRequest, keyof ReturnType<typeof around>>;

/** A run of the page in a worker of its own: what the page shows of it. It goes on while other pages are looked at. */
export class Lane {
  status = $state<LaneStatus>('empty');
  /** The folder that it is kept in. */
  id = $state<string>();
  opened = $state.raw<Opened>();
  step = $state(0);
  latest = $state.raw<StepEvent>();
  loss = $state.raw<Curve>(emptyCurve);
  /** [logSNR, loss] */
  profile = $state.raw<readonly (readonly [number, number])[]>([]);
  /** The same, report by report. */
  reports = $state.raw<readonly LevelEntry[]>([]);
  samples = $state.raw<LaneSamples>();
  /** What it does before it trains: `compiling kernels 3 of 40`. */
  doing = $state('');
  /** Why it ended last. */
  ended = $state<LaneEnd>();
  error = $state<string>();
  /** What the visitor should know, one line each. */
  notes = $state.raw<readonly string[]>([]);
  private levels = new LossProfile();
  private worker: WorkerCalls<TrainHandlers> | undefined;
  private pausing: AbortController | undefined;
  /** Samples under way: a run draws one request at a time. */
  private drawing: Promise<void> = Promise.resolve();
  private grids: string[] = [];

  constructor(readonly name: LaneName) {}

  get isOpen(): boolean {
    return this.status === 'ready' || this.status === 'training' || this.status === 'done';
  }

  /** The worker, which is started when it is first needed. */
  get calls(): WorkerCalls<TrainHandlers> {
    this.worker ??= connectWorker<TrainHandlers>(
      new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: `train ${this.name}` }),
    );
    return this.worker;
  }

  /** @returns whether it is ready */
  async begin(request: LaneRequest): Promise<boolean> {
    this.clear();
    this.id = request.id;
    return await this.open((onEvent) => this.calls.call('begin', { ...request, ...around() }, { onEvent }));
  }

  /** Opens a run that is kept, where it stopped. */
  async goOn(id: string, paths: PathOptions): Promise<boolean> {
    this.clear();
    this.id = id;
    return await this.open((onEvent) => this.calls.call('goOn', { id, paths, ...around() }, { onEvent }));
  }

  /** Trains until it ends or `pause`. */
  async train(stop: StopAt, sampleSeconds: number): Promise<void> {
    if (this.status !== 'ready') return;
    this.status = 'training';
    await this.drawing;
    this.ended = undefined;
    this.error = undefined;
    const pausing = new AbortController();
    this.pausing = pausing;
    try {
      const onEvent = (event: LaneEvent): void => this.take(event);
      const end = await this.calls.call('train', { stop, sampleSeconds }, { onEvent, signal: pausing.signal });
      this.ended = end;
      this.status = end === 'done' ? 'done' : 'ready';
      // What stands at the end is worth a look, whatever the clock says.
      if (end !== 'steps') await this.sample();
    } catch (error) {
      this.fail(error);
    } finally {
      this.doing = '';
    }
  }

  pause(): void {
    this.pausing?.abort();
  }

  /** Draws with the weights as they are, while it does not train. */
  sample(paths?: PathOptions): Promise<void> {
    this.drawing = this.drawing.then(() => this.draw(paths));
    return this.drawing;
  }

  /** Draws points in another way from now on, and shows it where it does not train. */
  async changePaths(paths: PathOptions): Promise<void> {
    if (this.status !== 'training') return await this.sample(paths);
    await this.calls.call('setPaths', paths).catch((error) => this.fail(error));
  }

  private async draw(paths?: PathOptions): Promise<void> {
    if (!this.isOpen || this.status === 'training') return;
    try {
      const onEvent = (event: LaneEvent): void => this.take(event);
      this.take(await this.calls.call('sample', paths ? { paths } : {}, { onEvent }));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends it: its checkpoint stays, and what is shown stays to be looked at. */
  async stop(): Promise<void> {
    this.pause();
    while (this.status === 'training') await new Promise((resolve) => setTimeout(resolve, 50));
    this.worker?.close();
    this.worker = undefined;
    if (this.status !== 'failed') this.status = 'empty';
  }

  async zip(): Promise<Uint8Array<ArrayBuffer>> {
    return await this.calls.call('zip', { id: this.id!, grids: this.grids });
  }

  async weights(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return await this.calls.call('weights', { id: this.id! });
  }

  private async open(call: (onEvent: (event: LaneEvent) => void) => Promise<Opened>): Promise<boolean> {
    this.status = 'opening';
    this.doing = 'reading the data';
    try {
      const opened = await call((event) => this.take(event));
      this.opened = opened;
      this.step = opened.step;
      for (const one of opened.history) this.count(one as StepEvent);
      this.notes = [...this.notes, ...opened.warnings];
      this.status = opened.step < opened.steps ? 'ready' : 'done';
      this.doing = '';
      return this.status === 'ready';
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  private take(event: LaneEvent): void {
    switch (event.type) {
      case 'step':
        this.doing = '';
        this.count(event);
        return;
      case 'images':
        this.grids.push(`grids/${String(event.step).padStart(6, '0')}.png`);
        this.samples = event;
        return;
      case 'points':
        this.samples = event;
        return;
      case 'compiling':
        this.doing = `compiling kernels, ${event.ready} of ${event.total}`;
        return;
      case 'sampling':
        this.doing = event.done < event.total ? `drawing samples, ${event.done} of ${event.total}` : '';
        return;
      case 'warning':
        this.notes = [...this.notes, event.message];
        return;
      case 'deviceLost':
        this.notes = [
          ...this.notes,
          `The device was lost, and another one was opened; training goes on from step ${event.step}. ${event.message}`,
        ];
        this.rewind(event.step);
        return;
    }
  }

  private count(event: StepEvent): void {
    this.latest = event;
    this.step = event.step;
    this.loss = grown(this.loss, event.step, event.loss);
    // A run folder from elsewhere may be older than these numbers.
    const levels: LevelEntry['levels'] | undefined = event.lossByLogSnr;
    if (!levels) return;
    this.levels.add(levels);
    this.profile = this.levels.points();
    this.reports = longer(this.reports, { step: event.step, levels });
  }

  /** Steps after `step` run again. */
  private rewind(step: number): void {
    this.step = step;
    this.loss = upTo(this.loss, step);
    this.reports = this.reports.filter((report) => report.step <= step);
  }

  private fail(error: unknown): void {
    const { message, name } = error as Error;
    // The worker was closed by `stop`.
    if (name === 'AbortError') return;
    this.error = message;
    this.status = 'failed';
    this.doing = '';
  }

  private clear(): void {
    this.status = 'empty';
    this.opened = undefined;
    this.latest = undefined;
    this.samples = undefined;
    this.ended = undefined;
    this.error = undefined;
    this.step = 0;
    this.loss = emptyCurve;
    this.profile = [];
    this.reports = [];
    this.levels = new LossProfile();
    this.notes = [];
    this.grids = [];
  }

  /** Shows nothing any more. */
  forget(): void {
    this.clear();
    this.id = undefined;
  }

  /** Removes the run that is open. */
  async remove(): Promise<void> {
    const { id } = this;
    await this.stop();
    this.forget();
    if (id !== undefined) await deleteKeptRun(id);
  }
}
