import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { refusalOf } from './admission';
import { type FileAnswer, sendAnswer, sendLargeFile, sendLine, sendText, smallAnswer } from './answer';
import { Lookers } from './lookers';
import { type InsideFile, openInside } from './open-inside';
import { RecentAnswers } from './recent-answers';
import { RunLister } from './run-list';
import { readUrlPath, type UrlPath } from './url-path';

export interface ServedFolders {
  /** Folder of the built page; a path without links. */
  readonly page: string;
  /** What the page may load: the value of a Content-Security-Policy. */
  readonly policy: string;
  /** The folder of a run, or one with such folders below it; a path without links. */
  readonly folder: string;
  /** Whether it is that of one run, which may yet have to begin. */
  readonly single: boolean;
}

const pageTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** A run may come from anywhere: nothing in it is taken for a page or a script. */
const runTypes: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.jsonl': 'text/plain; charset=utf-8',
  '.png': 'image/png',
};

const UNKNOWN = 'application/octet-stream';
const NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** What every answer says: it is for this page alone, which is isolated and so may share memory between threads; and what its type says. */
const common = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'referrer-policy': 'no-referrer',
  'content-security-policy': NOTHING,
};

/** Answers requests for the page and, under `/run/`, for what is in the folders of runs. */
export class RunHandler {
  private readonly lister: RunLister;
  private readonly recent = new RecentAnswers();
  private readonly lookers = new Lookers();

  /** @param port that the server listens on */
  constructor(
    private readonly folders: ServedFolders,
    private readonly port: number,
  ) {
    this.lister = new RunLister(folders.folder, folders.single);
  }

  /** Never throws: what goes wrong is said with a status, or by a connection that is cut. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(common)) response.setHeader(name, value);
    try {
      const refusal = refusalOf(request, this.port);
      if (refusal) sendLine(response, refusal.status, refusal.message, refusal.headers);
      else if (!(await this.send(request, response))) sendLine(response, 404, 'nothing there');
    } catch {
      if (response.headersSent) response.destroy();
      else sendLine(response, 500, 'the file could not be read');
    }
  }

  /** @returns whether there was something to send */
  private async send(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const path = readUrlPath(request.url ?? '');
    if (!path) return false;
    const [first, ...names] = path.names;
    if (first !== 'run') return this.sendPage(path, request, response);
    if (names.length > 0) return path.isFolder ? false : this.sendOfRun(names, request, response);
    const { etag, text } = await this.lister.state();
    const page = new URLSearchParams(request.url!.split('?')[1]).get('page');
    const headers = {
      'content-type': 'application/json',
      'cache-control': 'no-cache',
      etag,
      'x-look-after': this.lookers.waitOf(page),
    };
    sendText(request, response, text, headers);
    return true;
  }

  private async sendPage(
    { isFolder, names }: UrlPath,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    if (isFolder && names.length > 0) return false;
    const file = await openInside(this.folders.page, isFolder ? ['index.html'] : names);
    if (!file) return false;
    response.setHeader('content-security-policy', this.folders.policy);
    const type = pageTypes[extname(names.at(-1) ?? 'index.html')] ?? UNKNOWN;
    await sendFile(request, response, file, type);
    return true;
  }

  private async sendOfRun(
    names: readonly string[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    const path = names.join('/');
    const known = this.recent.find(path, request.headers);
    if (known) {
      sendAnswer(request, response, known);
      return true;
    }
    const root = await this.runOf(path);
    if (!root) return false;
    const file = await openInside(root.folder, names.slice(root.depth));
    if (!file) return false;
    const answer = await sendFile(request, response, file, runTypes[extname(path)] ?? UNKNOWN);
    if (answer) this.recent.keep(path, request.headers, answer);
    return true;
  }

  /** The folder of the run that a path leads into, and how many of its names that takes. */
  private async runOf(path: string): Promise<{ readonly folder: string; readonly depth: number } | undefined> {
    const { folder, single } = this.folders;
    if (single) return { folder, depth: 0 };
    const { list } = await this.lister.state();
    const run = list.runs.find((one) => path.startsWith(one.path));
    if (!run) return undefined;
    const below = run.path.split('/').slice(0, -1);
    return { folder: join(folder, ...below), depth: below.length };
  }
}

/** Sends a file and closes it. @returns what was sent, if it was little */
async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: InsideFile,
  type: string,
): Promise<FileAnswer | undefined> {
  const answer = await smallAnswer(request.headers, file, type);
  if (answer) sendAnswer(request, response, answer);
  else await sendLargeFile(request, response, file, type);
  return answer;
}
