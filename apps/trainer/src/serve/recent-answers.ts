import type { IncomingMessage } from 'node:http';
import type { FileAnswer } from './answer';

/** Pages that look at the same run ask for the same within this time, and get what the first of them got. */
const YOUNG_MS = 500;
const MOST = 64;

/** What makes two requests for a path the same. */
const keyOf = (
  path: string,
  { 'if-none-match': tag, 'if-range': condition, range }: IncomingMessage['headers'],
): string => JSON.stringify([path, range, tag, condition]);

/** Small answers of the last moment, so that many who look cost hardly more than one. */
export class RecentAnswers {
  private readonly answers = new Map<string, { readonly answer: FileAnswer; readonly until: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  find(path: string, asked: IncomingMessage['headers']): FileAnswer | undefined {
    const found = this.answers.get(keyOf(path, asked));
    return found && this.now() < found.until ? found.answer : undefined;
  }

  keep(path: string, asked: IncomingMessage['headers'], answer: FileAnswer): void {
    const now = this.now();
    if (this.answers.size >= MOST) {
      for (const [key, { until }] of this.answers) if (until <= now) this.answers.delete(key);
      if (this.answers.size >= MOST) this.answers.clear();
    }
    this.answers.set(keyOf(path, asked), { answer, until: now + YOUNG_MS });
  }
}
