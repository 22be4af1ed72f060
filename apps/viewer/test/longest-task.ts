import type { Page } from '@noisesmith/testing';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ph: string;
  /** CPU time of the thread, microseconds; absent where the system does not count it. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/**
 * The longest that the page's main thread computed without a break while `use` went on, in ms of its own CPU time: what
 * input would have had to wait for on a machine with a core to spare, whatever else this one does.
 */
export async function longestTask(page: Page, use: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline', 'devtools.timeline'] },
  });
  await use();
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const mainThreads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const tasks = events.filter(
    ({ name, pid, ph, tdur, tid }) =>
      ph === 'X' && tdur !== undefined && /RunTask$/.test(name) && mainThreads.has(`${pid}:${tid}`),
  );
  if (tasks.length === 0) throw new Error('the trace holds no task of the main thread');
  return Math.max(...tasks.map(({ tdur }) => tdur!)) / 1000;
}
