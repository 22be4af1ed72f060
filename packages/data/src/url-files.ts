import { bytesSource, type RangeSource } from '@noisesmith/formats';
import { DataError, MissingFileError, reasonOf, UnavailableError } from './errors';
import { type Files, joinPath, pathsBelow } from './files';

/** The first request asks for this much: small files come with it whole. */
const FIRST_BYTES = 65536;

/** The bytes that a 206 answer holds and the length of the file, or undefined where a page is not shown them. */
function rangeOf(response: Response): { from: number; size: number } | undefined {
  const encoded = response.headers.get('content-encoding') ?? 'identity';
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
  return match === null || encoded !== 'identity' ? undefined : { from: Number(match[1]), size: Number(match[2]) };
}

/**
 * One request.
 * @param range first and last byte; left out: the whole file
 * @throws MissingFileError for 404 and 410, UnavailableError for any other answer but 200, 206 and 416
 */
async function request(url: string, range?: readonly [number, number]): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, range && { headers: { Range: `bytes=${range[0]}-${range[1]}` } });
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new UnavailableError(`${url}: cannot be fetched: ${reasonOf(cause ?? error)}`);
  }
  const { status, statusText } = response;
  if (status === 200 || status === 206 || status === 416) return response;
  const text = `HTTP ${status} ${statusText}`.trim();
  if (status === 404 || status === 410) throw new MissingFileError(url, `no such file (${text})`);
  throw new UnavailableError(`${url}: the server says ${text}`);
}

async function bytesOf(url: string, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new UnavailableError(`${url}: the answer broke off: ${reasonOf(error)}`);
  }
}

/** The whole file, from a server that cannot give parts of it. */
async function wholeSource(url: string): Promise<RangeSource> {
  return bytesSource(await bytesOf(url, await request(url)), url);
}

async function urlSource(url: string): Promise<RangeSource> {
  const response = await request(url, [0, FIRST_BYTES - 1]);
  if (response.status === 200) return bytesSource(await bytesOf(url, response), url);
  const range = rangeOf(response);
  if (range === undefined) {
    await response.body?.cancel();
    // An empty file has no first byte, and a page may be kept from seeing how long a file is.
    return wholeSource(url);
  }
  const head = await bytesOf(url, response);
  const { size } = range;
  return {
    size,
    name: url,
    async read(offset, length) {
      if (offset + length <= head.length) return bytesSource(head, url).read(offset, length);
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw new RangeError(`${url}: bytes ${offset}..${offset + length} asked for, the size is ${size}`);
      }
      const part = await request(url, [offset, offset + length - 1]);
      const there = rangeOf(part);
      const bytes = await bytesOf(url, part);
      if (there?.from === offset && there.size === size && bytes.length === length) return bytes;
      throw new UnavailableError(`${url}: the server gave other bytes than asked for; has the file changed?`);
    },
  };
}

/**
 * Files of a web server: by range where the server has ranges, otherwise whole.
 * @param base address of the folder; in a page it may be relative
 * @param paths the files that are there, which a folder of images needs: a web server has no listing
 */
export function urlFiles(base: string | URL, paths?: readonly string[]): Files {
  const name = String(base);
  return {
    name,
    async list(folder = '') {
      if (paths !== undefined) return pathsBelow(paths, folder);
      throw new DataError(`${name}: a web server does not list its files; give their paths to urlFiles`);
    },
    // A path is a path: what would end it in an address is escaped.
    open: (path) => urlSource(joinPath(name, path.split('/').map(encodeURIComponent).join('/'))),
  };
}
