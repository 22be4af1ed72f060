import { realpathSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { UsageError, WorkError } from '../errors';
import type { Arguments } from '../flags';
import type { ServedFolders } from './run-handler';
import { viewerPage } from './viewer-page';

/** What the thread is given. */
export interface ServeOrder {
  readonly folders: ServedFolders;
  readonly port: number;
}

/** What the thread says. */
export type ServeMessage =
  | { readonly type: 'listening'; readonly port: number }
  /** It could not listen: the code of the system. */
  | { readonly type: 'failed'; readonly code: string };

/** Where nothing else is asked for, if it is free, so that a page that was open finds its run again. */
export const defaultPort = 4747;

const HIGHEST_PORT = 65_535;

/** @throws UsageError for text that is no port; undefined where none is named */
export function portOf(args: Arguments, flag: string): number | undefined {
  if (args.text(flag) === undefined || args.text(flag) === '') return undefined;
  const port = args.whole(flag, 0)!;
  if (port > HIGHEST_PORT) throw new UsageError(`--${flag} is ${port}; expected a port of at most ${HIGHEST_PORT}`);
  return port;
}

export interface RunServerOptions {
  /** The folder of a run, or one with such folders below it; it exists. */
  readonly folder: string;
  readonly single: boolean;
  /** 0: any that is free; absent: `defaultPort`, or any where it is taken. */
  readonly port: number | undefined;
  /** What messages call the place that the port comes from. */
  readonly flag: string;
}

/** Serves the page and the folders of runs on loopback, from a thread of its own, until it is disposed of. */
export class RunServer implements Disposable {
  private constructor(
    private readonly worker: Worker,
    readonly port: number,
    /** Resolves with the reason when the thread ends by itself. */
    readonly failure: Promise<Error>,
  ) {}

  /** Where the page shows the runs. */
  get address(): string {
    return `http://127.0.0.1:${this.port}/#/runs`;
  }

  /** @throws WorkError where the page is not built, or the port is taken */
  static async open({ flag, folder, port, single }: RunServerOptions): Promise<RunServer> {
    const page = viewerPage();
    const folders = { page: page.folder, policy: page.policy, folder: realpathSync(folder), single };
    const first = await start({ folders, port: port ?? defaultPort });
    const opened = typeof first === 'string' && port === undefined ? await start({ folders, port: 0 }) : first;
    if (typeof opened !== 'string') return new RunServer(opened.worker, opened.port, opened.failure);
    const why = opened === 'EADDRINUSE' ? 'something else listens there' : opened;
    throw new WorkError(`${flag}: port ${port ?? defaultPort} cannot be used: ${why}; expected one that is free`);
  }

  [Symbol.dispose](): void {
    void this.worker.terminate();
  }
}

type Started = { readonly worker: Worker; readonly port: number; readonly failure: Promise<Error> };

/** @returns the code of the system where the port cannot be had */
async function start(order: ServeOrder): Promise<Started | string> {
  const script = import.meta.url.endsWith('.ts') ? 'serve-worker-source.mjs' : 'serve-worker.js';
  const worker = new Worker(new URL(`./${script}`, import.meta.url), { workerData: order });
  const failure = new Promise<Error>((resolve) => worker.once('error', resolve));
  const said = new Promise<ServeMessage>((resolve) => worker.once('message', resolve));
  const message = await Promise.race([said, failure]);
  if (message instanceof Error) throw message;
  if (message.type === 'failed') {
    await worker.terminate();
    return message.code;
  }
  return { worker, port: message.port, failure };
}
