import { type RunSource, settingFiles } from './run-view';
import { StatsLog } from './stats-log';

/** A run as the server of `noisesmith train --serve` lists it. */
interface ListedRun {
  /** Below `run/`: '' or names that end with '/'. */
  readonly path: string;
  readonly name: string;
  readonly files: readonly ListedFile[];
}

interface ListedFile {
  readonly path: string;
  readonly size?: number;
  readonly modified?: number;
  readonly end?: FileEnd;
}

/** What a file ends with, and where in it that begins. */
interface FileEnd {
  readonly from: number;
  readonly text: string;
}

/** Milliseconds between looks at a server that does not say how long to wait. */
const LOOK_AFTER = 3000;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** So much of what is held is asked for again, to see that the file is still the same with more behind it. */
const OVERLAP = 256;

const encode = (names: string): string => names.split('/').map(encodeURIComponent).join('/');

/** A file that grows, of which only what is new is fetched. */
class Tail {
  log = new StatsLog();
  private held = 0;
  private end = new Uint8Array();
  private decoder = new TextDecoder();

  constructor(
    private readonly url: string,
    private readonly fetch: Fetch,
  ) {}

  /**
   * @param size that the file has now
   * @param end of it, if that is known already
   * @returns whether there was something new
   */
  async follow(size: number, end?: FileEnd): Promise<boolean> {
    if (size === this.held) return false;
    if (end && this.takeEnd(size, end)) return true;
    const from = this.held - this.end.length;
    const answer = await this.fetch(this.url, {
      cache: 'no-store',
      headers: this.held > 0 ? { range: `bytes=${from}-` } : {},
    });
    if (answer.status !== 206 && answer.status !== 200) {
      if (answer.status !== 416) return false;
      this.reset();
      return this.follow(size);
    }
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (answer.status === 206) {
      if (this.end.every((byte, i) => bytes[i] === byte)) this.take(bytes.subarray(this.end.length));
      else {
        // Another file stands there now: the run has gone back to a checkpoint.
        this.reset();
        return this.follow(size);
      }
    } else {
      this.reset();
      this.take(bytes);
    }
    return true;
  }

  /** @returns false where the end does not reach back to what is held, or the file is another one now */
  private takeEnd(size: number, { from, text }: FileEnd): boolean {
    const bytes = new TextEncoder().encode(text);
    const first = this.held - this.end.length - from;
    // Bytes that are no text do not come back as they were.
    const isWhole = from + bytes.length === size && first >= 0;
    if (!isWhole || !this.end.every((byte, i) => bytes[first + i] === byte)) return false;
    this.take(bytes.subarray(first + this.end.length));
    return true;
  }

  private reset(): void {
    this.log = new StatsLog();
    this.held = 0;
    this.end = new Uint8Array();
    this.decoder = new TextDecoder();
  }

  private take(bytes: Uint8Array): void {
    this.log.append(this.decoder.decode(bytes, { stream: true }));
    this.held += bytes.length;
    const joined = new Uint8Array(this.end.length + bytes.length);
    joined.set(this.end);
    joined.set(bytes, this.end.length);
    this.end = joined.slice(-OVERLAP);
  }
}

interface Followed {
  readonly tail: Tail;
  readonly texts: Map<string, string>;
  /** When each small file was last changed. */
  readonly changed: Map<string, number>;
  listed: string;
  source: RunSource | undefined;
}

/** The runs that the page's own server has, followed while they train. */
export class ServedRuns {
  private readonly known = new Map<string, Followed>();
  private tag: string | undefined;
  private list: readonly ListedRun[] = [];
  private readonly name = Math.random().toString(36).slice(2);

  /** Milliseconds to wait before the next look: the server says more where many pages look. */
  lookAfter = LOOK_AFTER;

  /** @param base address that ends with `run/` */
  constructor(
    private readonly base: string,
    private readonly fetch: Fetch = (url, init) => globalThis.fetch(url, init),
  ) {}

  /** Ids of the runs that there are now. */
  get ids(): readonly string[] {
    return this.list.map(({ path }) => this.idOf(path));
  }

  /**
   * Looks once.
   * @returns the runs that have changed since the look before; undefined where the server serves none
   * @throws TypeError where there is no server any more
   */
  async look(): Promise<readonly RunSource[] | undefined> {
    const headers: Record<string, string> = this.tag === undefined ? {} : { 'if-none-match': this.tag };
    const answer = await this.fetch(`${this.base}?page=${this.name}`, { cache: 'no-store', headers });
    this.lookAfter = Number(answer.headers.get('x-look-after')) || LOOK_AFTER;
    if (answer.status !== 304) {
      if (!answer.ok || !answer.headers.get('content-type')?.startsWith('application/json')) return undefined;
      const { runs } = (await answer.json()) as { readonly runs?: readonly ListedRun[] };
      if (!Array.isArray(runs)) return undefined;
      this.list = runs;
      this.tag = answer.headers.get('etag') ?? undefined;
    }
    const changed: RunSource[] = [];
    for (const run of this.list) {
      const source = await this.follow(run);
      if (source) changed.push(source);
    }
    return changed;
  }

  private idOf = (path: string): string => `served:${path}`;

  /** @returns undefined where nothing is new */
  private async follow(run: ListedRun): Promise<RunSource | undefined> {
    const at = (path: string): string => `${this.base}${encode(run.path + path)}`;
    let followed = this.known.get(run.path);
    if (!followed) {
      const tail = new Tail(at('stats.jsonl'), this.fetch);
      followed = { tail, texts: new Map(), changed: new Map(), listed: '', source: undefined };
      this.known.set(run.path, followed);
    }
    const stats = run.files.find(({ path }) => path === 'stats.jsonl');
    let isNew = stats?.size !== undefined && (await followed.tail.follow(stats.size, stats.end));
    for (const { modified = 0, path } of run.files) {
      if (!(path in settingFiles) || followed.changed.get(path) === modified) continue;
      const answer = await this.fetch(at(path), { cache: 'no-store' });
      if (!answer.ok) continue;
      followed.texts.set(path, await answer.text());
      followed.changed.set(path, modified);
      isNew = true;
    }
    const listed = run.files.map(({ path }) => path).join('\n');
    if (!isNew && listed === followed.listed && followed.source) return undefined;
    followed.listed = listed;
    followed.source = {
      id: this.idOf(run.path),
      name: run.name,
      texts: followed.texts,
      log: stats && followed.tail.log,
      files: new Map(run.files.map(({ path }) => [path, at(path)])),
    };
    return followed.source;
  }
}
