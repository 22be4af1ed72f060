import type { DroppedFile } from '../../ui/dropped-files';
import { type Call, serveCalls } from '../../worker/calls';
import { droppedRuns } from './dropped-runs';
import { type RunView, viewOf } from './run-view';
import { ServedRuns } from './served-runs';

/** What is told while runs are followed. */
export type FollowEvent =
  /** Runs that are new or have changed, and the ids of all that there are. */
  | { readonly type: 'runs'; readonly changed: readonly RunView[]; readonly ids: readonly string[] }
  /** The server does not answer; it is asked again. */
  | { readonly type: 'lost' };

/** By address; what is known of their runs is kept while nobody looks. */
const servers = new Map<string, ServedRuns>();

const pause = (wait: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, wait);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** @returns whether there was something to follow; it ends when it is aborted */
async function follow({ base }: { base: string }, { emit, signal }: Call): Promise<boolean> {
  const server = servers.get(base) ?? new ServedRuns(base);
  let isServed = servers.has(base);
  while (!signal.aborted) {
    try {
      const changed = await server.look();
      if (!changed && !isServed) return false;
      isServed = true;
      servers.set(base, server);
      emit({ type: 'runs', changed: (changed ?? []).map(viewOf), ids: server.ids } satisfies FollowEvent);
    } catch (error) {
      if (!isServed) return false;
      if (!(error instanceof TypeError)) throw error;
      emit({ type: 'lost' } satisfies FollowEvent);
    }
    await pause(server.lookAfter, signal);
  }
  return true;
}

const handlers = {
  follow,
  async open({ files }: { files: readonly DroppedFile[] }): Promise<readonly RunView[]> {
    return (await droppedRuns(files)).map(viewOf);
  },
};

export type RunsHandlers = typeof handlers;
serveCalls(handlers);
