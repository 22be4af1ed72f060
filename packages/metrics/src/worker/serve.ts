import { computeAsync, type Task } from '../task';
import { type WorkerReply, type WorkerRequest, workerTasks } from './tasks';

/** Times between two reports of progress, in ms. */
const REPORT = 100;

/** Does what requests ask for, and posts replies. @returns what to give each request to */
export function serveTasks(post: (reply: WorkerReply) => void): (request: WorkerRequest) => void {
  const running = new Map<number, AbortController>();

  async function answer(id: number, task: Task<unknown>, signal: AbortSignal): Promise<WorkerReply> {
    let last = 0;
    const value = await computeAsync(task, {
      signal,
      onProgress(done) {
        const now = performance.now();
        if (done < 1 && now - last < REPORT) return;
        last = now;
        post({ id, done });
      },
    });
    return { id, value };
  }

  return async (request) => {
    const { id } = request;
    if ('stop' in request) {
      running.get(id)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const begin = workerTasks[request.task] as (...args: readonly unknown[]) => Task<unknown>;
      post(await answer(id, begin(...request.args), controller.signal));
    } catch (error) {
      const { message, name } = error as Error;
      post({ id, error: { name, message } });
    } finally {
      running.delete(id);
    }
  };
}
