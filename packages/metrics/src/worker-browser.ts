/** The script of a page's worker: it computes what {@link MetricsWorker} asks for. */
import { serveTasks } from './worker/serve';
import type { WorkerReply, WorkerRequest } from './worker/tasks';

const take = serveTasks((reply: WorkerReply) => postMessage(reply));
addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => take(data));
