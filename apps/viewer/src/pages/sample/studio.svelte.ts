/** What page Sample holds: the network, what is drawn of it, and what is under way. */
import { carriedTrajectories, carriedWeights } from '../../model/carried';
import {
  emptyTrajectories,
  enterStep,
  type Moment,
  type StepOfSamples,
  type Trajectories,
} from '../../model/trajectories';
import { chosenBackend } from '../../state/backend-choice.svelte';
import { listKeptRuns } from '../../state/kept-runs';
import { connectWorker, type WorkerCalls } from '../../worker/calls';
import type { FileKind, KeptModel, ModelFacts, ModelSource, SamplerOption } from './protocol';
import type { PlannedColumn } from './request';
import type { SampleHandlers } from './worker';

/** Samples of all seeds under one setting. */
export interface Column {
  readonly name: string;
  readonly trajectories: Trajectories;
}

export interface DrawPlan {
  readonly columns: readonly PlannedColumn[];
  readonly seeds: readonly number[];
  readonly labels: readonly (number | null)[];
}

export interface Progress {
  readonly column: number;
  readonly columns: number;
  readonly step: number;
  readonly steps: number;
}

/** What a step of the worker's drawing says. */
type DrawEvent =
  | { readonly computedBy: string }
  | { readonly moments: readonly Moment[] }
  | { readonly step: StepOfSamples };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class Studio {
  columns = $state.raw<readonly Column[]>([]);
  /** Whether the columns come with the page. */
  beforehand = $state(true);
  /** Counts what has changed within the columns. */
  version = $state(0);
  facts = $state.raw<ModelFacts | undefined>();
  samplers = $state.raw<readonly SamplerOption[]>([]);
  loading = $state(false);
  progress = $state.raw<Progress | undefined>();
  /** What computed last, and why that. */
  computedBy = $state<string | undefined>();
  /** What went wrong last, in one line. */
  problem = $state<string | undefined>();
  /** Runs of page Train that are kept in this browser. */
  kept = $state.raw<readonly KeptModel[]>([]);
  /** Fulfilled when what comes with the page is shown, or cannot be. */
  readonly carriedShown: Promise<void>;
  private readonly calls: WorkerCalls<SampleHandlers>;
  private controller: AbortController | undefined;

  constructor() {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.calls = connectWorker<SampleHandlers>(worker);
    this.carriedShown = this.showCarried();
  }

  /** Opens the network that comes with the page. */
  async begin(): Promise<void> {
    await Promise.all([this.carriedShown, this.loadCarried(), this.listKept()]);
  }

  private async listKept(): Promise<void> {
    const runs = await listKeptRuns();
    this.kept = runs
      .filter(({ about }) => about.kind === 'pictures')
      .map(({ about: { title }, id, open }) => ({ id, title, open: () => open() }));
  }

  private async showCarried(): Promise<void> {
    try {
      const trajectories = await carriedTrajectories();
      if (this.columns.length === 0) this.columns = [{ name: 'Drawn beforehand', trajectories }];
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  loadCarried(): Promise<boolean> {
    return this.load({ kind: 'carried', url: carriedWeights() });
  }

  /** The network that was there stays where another one cannot be read. */
  async load(source: ModelSource): Promise<boolean> {
    this.loading = true;
    this.problem = undefined;
    try {
      if (this.samplers.length === 0) this.samplers = await this.calls.call('samplers', undefined);
      this.facts = await this.calls.call('load', source);
      return true;
    } catch (error) {
      this.problem = messageOf(error);
      return false;
    } finally {
      this.loading = false;
    }
  }

  /** Draws all columns, one after the other. What was drawn before an abort stays. */
  async draw({ columns, labels, seeds }: DrawPlan): Promise<void> {
    if (this.progress || !this.facts) return;
    const { shape } = this.facts;
    const controller = new AbortController();
    this.controller = controller;
    this.problem = undefined;
    this.progress = { column: 0, columns: columns.length, step: 0, steps: columns[0]!.settings.steps };
    const drawn: Column[] = [];
    try {
      for (const [index, { name, settings }] of columns.entries()) {
        const onEvent = (event: DrawEvent): void => {
          if ('computedBy' in event) {
            this.computedBy = event.computedBy;
            return;
          }
          if ('moments' in event) {
            drawn.push({ name, trajectories: emptyTrajectories({ shape, seeds, labels, moments: event.moments }) });
            this.columns = [...drawn];
            this.beforehand = false;
            return;
          }
          const { trajectories } = drawn[index]!;
          enterStep(trajectories, event.step);
          this.version += 1;
          const { count, first, index: step } = event.step;
          const before = (first / seeds.length) * settings.steps;
          const done = before + ((step + 1) * count) / seeds.length;
          this.progress = { column: index, columns: columns.length, step: Math.floor(done), steps: settings.steps };
        };
        const request = { settings, seeds, labels, backend: chosenBackend.choice };
        await this.calls.call('draw', request, { signal: controller.signal, onEvent });
      }
    } catch (error) {
      if (!controller.signal.aborted) this.problem = messageOf(error);
    } finally {
      this.controller = undefined;
      this.progress = undefined;
    }
  }

  cancel(): void {
    this.controller?.abort();
  }

  /** A file of a column's samples. */
  async file(kind: FileKind, { trajectories }: Column): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      return await this.calls.call('file', { kind, trajectories, classes: this.facts?.classes ?? [] });
    } catch (error) {
      this.problem = messageOf(error);
      return undefined;
    }
  }

  close(): void {
    this.calls.close();
  }
}
