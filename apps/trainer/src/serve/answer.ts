import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { namesTag, readRange } from './byte-range';
import type { InsideFile } from './open-inside';

type Headers = Readonly<Record<string, string | number>>;

/** A line for whoever looks: an error. */
export function sendLine(response: ServerResponse, status: number, line: string, headers: Headers = {}): void {
  const body = `${line}\n`;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** A text that is in memory, unless the other side has it. */
export function sendText(request: IncomingMessage, response: ServerResponse, text: string, headers: Headers): void {
  if (namesTag(request.headers['if-none-match'], String(headers.etag))) {
    response.writeHead(304, { ...headers }).end();
    return;
  }
  response.writeHead(200, { 'content-length': Buffer.byteLength(text), ...headers });
  response.end(request.method === 'HEAD' ? undefined : text);
}

/** Another content has another tag: its size, its time or the place on the disk differs. */
const tagOf = ({ ino, mtimeNs, size }: InsideFile['state']): string =>
  `"${[size, mtimeNs, ino].map((value) => value.toString(36)).join('-')}"`;

/** Up to so many bytes are read at once, and may be sent to several who ask for the same. */
const SMALL = 256 * 1024;

/** What is sent for a file. */
export interface FileAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Absent: the bytes come from the file, which is open. */
  readonly body?: Uint8Array | string;
}

/** Reads so many bytes. @throws where there are fewer, since then the file is no longer what it was */
export async function readExactly({ handle }: InsideFile, from: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, from + done);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    done += bytesRead;
  }
  return bytes;
}

/** Passes on so many bytes. @throws when there are fewer, so that the connection is cut and not taken for whole */
const exactly = (expected: number) =>
  async function* (pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    let left = expected;
    for await (const piece of pieces) {
      left -= piece.length;
      yield piece;
    }
    if (left !== 0) throw new Error('the file became shorter while it was sent');
  };

/** Which bytes of a file are meant, and all that is said of them. */
function describeFile(asked: IncomingMessage['headers'], { state }: InsideFile, type: string) {
  const size = Number(state.size);
  const etag = tagOf(state);
  const common = { 'cache-control': 'no-cache', 'accept-ranges': 'bytes', etag };
  const nothing = { from: 0, length: 0 };
  if (namesTag(asked['if-none-match'], etag)) return { status: 304, headers: common, ...nothing };
  const isSame = asked['if-range'] === undefined || asked['if-range'] === etag;
  const range = isSame ? readRange(asked.range, size) : undefined;
  if (range === 'none') return { status: 416, headers: { ...common, 'content-range': `bytes */${size}` }, ...nothing };
  const { from, to } = range ?? { from: 0, to: size - 1 };
  const length = to - from + 1;
  const headers = {
    'content-type': type,
    'content-length': length,
    ...(range && { 'content-range': `bytes ${from}-${to}/${size}` }),
    ...common,
  };
  return { status: range ? 206 : 200, headers, from, length };
}

/**
 * A file, or the part of it that is asked for, as it was when it was opened, where that is little; closes it.
 * @returns undefined for one that is too large to be held; it is still open
 */
export async function smallAnswer(
  asked: IncomingMessage['headers'],
  file: InsideFile,
  type: string,
): Promise<FileAnswer | undefined> {
  const { from, headers, length, status } = describeFile(asked, file, type);
  if (length > SMALL) return undefined;
  try {
    return { status, headers, body: await readExactly(file, from, length) };
  } finally {
    await file.handle.close();
  }
}

export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { body = '', headers, status }: FileAnswer,
): void {
  if (status === 416) {
    const size = String(headers['content-range']).split('/')[1];
    sendLine(response, status, `no such part; there are ${size} bytes`, headers);
    return;
  }
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' || status === 304 ? undefined : body);
}

/** As `smallAnswer`, of any size: the bytes are sent as they are read. */
export async function sendLargeFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: InsideFile,
  type: string,
): Promise<void> {
  const { handle } = file;
  try {
    const { from, headers, length, status } = describeFile(request.headers, file, type);
    response.writeHead(status, headers);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const bytes = handle.createReadStream({ start: from, end: from + length - 1, autoClose: false });
    await pipeline(bytes, exactly(length), response);
  } finally {
    await handle.close();
  }
}
