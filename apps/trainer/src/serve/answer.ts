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

/** A file, or the part of it that is asked for, as it was when it was opened; closes it. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { handle, state }: InsideFile,
  type: string,
): Promise<void> {
  try {
    const size = Number(state.size);
    const etag = tagOf(state);
    const headers = { 'cache-control': 'no-cache', 'accept-ranges': 'bytes', etag };
    const asked = request.headers;
    if (namesTag(asked['if-none-match'], etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const isSame = asked['if-range'] === undefined || asked['if-range'] === etag;
    const range = isSame ? readRange(asked.range, size) : undefined;
    if (range === 'none') {
      sendLine(response, 416, `no such part; there are ${size} bytes`, {
        ...headers,
        'content-range': `bytes */${size}`,
      });
      return;
    }
    const { from, to } = range ?? { from: 0, to: size - 1 };
    const length = to - from + 1;
    response.writeHead(range ? 206 : 200, {
      'content-type': type,
      'content-length': length,
      ...(range && { 'content-range': `bytes ${from}-${to}/${size}` }),
      ...headers,
    });
    if (request.method === 'HEAD' || length === 0) {
      response.end();
      return;
    }
    const bytes = handle.createReadStream({ start: from, end: to, autoClose: false });
    await pipeline(bytes, exactly(length), response);
  } finally {
    await handle.close();
  }
}
