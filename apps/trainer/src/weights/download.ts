import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { fileError } from '@noisesmith/formats/node';
import { WorkError } from '../errors';

/** A file that is known before it is there. */
export interface KnownFile {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** SHA-256 of a file, in hex. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** What went wrong with a request, in one line: `fetch` says it in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const inner = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : undefined;
  return String(inner ?? message).split('\n', 1)[0]!;
}

/** Asks for a file from a byte on. @throws WorkError, one line, when there is no answer that has it */
async function request(url: string, from: number, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  try {
    const response = await fetch(url, { headers, signal, redirect: 'follow' });
    // 416: the server does not know of what would go on from there.
    if (response.ok || (response.status === 416 && from > 0)) return response;
    await response.body?.cancel();
    throw new WorkError(`${url}: the server says ${response.status} ${response.statusText}`.trim());
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof WorkError ? error : new WorkError(`${url}: ${reasonOf(error)}`);
  }
}

async function writeBody(
  { body }: Response,
  handle: FileHandle,
  start: number,
  { bytes: total, url }: { readonly bytes: number; readonly url: string },
  { onProgress, signal }: DownloadOptions,
): Promise<number> {
  let done = start;
  try {
    const reader = body?.getReader();
    for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
      const piece = read.value;
      signal.throwIfAborted();
      if (done + piece.length > total) throw new WorkError(`${url}: more than the ${total} bytes of the file`);
      await handle.write(piece, 0, piece.length, done);
      done += piece.length;
      onProgress?.(done, total);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof WorkError || (error as NodeJS.ErrnoException).syscall === 'write'
      ? error
      : new WorkError(`${url}: after ${done} of ${total} bytes: ${reasonOf(error)}`);
  }
  return done;
}

/**
 * Downloads a file to `part`, where it goes on with what an earlier attempt has left, and starts anew where the server
 * does not give ranges. What is not the expected file is removed.
 * @throws WorkError, one line with the address, when it cannot be had or is another file; the signal's reason, and what is
 * there stays for the next attempt
 */
export async function download(url: string, part: string, known: KnownFile, options: DownloadOptions): Promise<void> {
  let from = await sizeOf(part);
  if (from > known.bytes) from = 0;
  if (from < known.bytes) {
    let response = await request(url, from, options.signal);
    if (response.status === 416) {
      await response.body?.cancel();
      response = await request(url, 0, options.signal);
    }
    // Without a range the answer begins with the file.
    if (response.status !== 206) from = 0;
    const handle = await open(part, from > 0 ? 'r+' : 'w').catch((error: unknown) => {
      throw fileError(part, 'write', error);
    });
    let done = from;
    try {
      done = await writeBody(response, handle, from, { ...known, url }, options);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (done < known.bytes) {
      throw new WorkError(
        `${url}: it ended after ${done} of ${known.bytes} bytes; the same command goes on from there`,
      );
    }
  }
  const digest = await digestOf(part);
  if (digest === known.sha256) return;
  await rm(part, { force: true });
  throw new WorkError(`${url}: its SHA-256 is ${digest}, expected ${known.sha256}; it was removed`);
}
