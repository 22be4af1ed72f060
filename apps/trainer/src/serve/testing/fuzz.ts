import { deriveKey } from '@noisesmith/tensor';
import { type RawAnswer, requestText, sendRaw } from './raw-request';
import { SECRET, type ServedPlace, served } from './served-place';

/** A request, and whether it is one that the server has reason to answer with content. */
interface Attempt {
  readonly method: string;
  readonly text: string;
  readonly isWelcome: boolean;
}

/** Numbers in [0, 1) that a seed and the number of the attempt decide. */
class Draw {
  private count = 0;

  constructor(
    private readonly seed: number,
    private readonly attempt: number,
  ) {}

  share(): number {
    return deriveKey(this.seed, 0, this.attempt, this.count++)[0] / 2 ** 32;
  }

  below(end: number): number {
    return Math.floor(this.share() * end);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}

const up = [
  '..',
  '%2e%2e',
  '.%2E',
  '%252e%252e',
  '..;',
  '%c0%ae%c0%ae',
  '.. ',
  '..%20',
  '...',
  '%uff0e%uff0e',
  '..%00',
];
const between = ['/', '/', '/', '/', '//', '/./', '%2f', '%2F', '%5c', '\\', '%252f', '/%00/', ';/'];
const names = [
  ...['run', 'runs', 'digits', 'sweep', 'a%20b', 'grids', 'up', 'linked', 'outside', 'assets', '.git', '.env', 'notes'],
  ...[
    'config.json',
    'stats.jsonl',
    'secret.txt',
    '.secret.txt',
    'out.json',
    'absolute.json',
    'beside.json',
    'hidden.json',
  ],
  ...[
    'chain.json',
    'loop.json',
    'pipe.json',
    'linked.json',
    'out.js',
    'etc',
    'passwd',
    'proc',
    'self',
    'root',
    'C:',
    'page',
  ],
];

/** A path made of pieces that lead astray. */
function strayPath(draw: Draw, { folder }: ServedPlace): string {
  const starts = [
    '/',
    '/run/',
    '/run/digits/',
    '/run/digits/grids/up/',
    '/assets/',
    '',
    folder,
    `/run/${folder}`,
    '//',
  ];
  let path = draw.pick([...starts, `/run/${encodeURIComponent(folder)}`, 'http://127.0.0.1/', 'file:///', '*']);
  for (let left = draw.below(7); left > 0; left--) {
    path += (draw.share() < 0.4 ? draw.pick(up) : draw.pick(names)) + draw.pick(between);
  }
  return path + draw.pick([...names, 'secret.txt', 'config.json', '']);
}

/** Ways to what must not come back. */
const temptations = [
  ...['out', 'absolute', 'beside', 'hidden', 'chain', 'loop', 'pipe'].map((name) => `/run/digits/${name}.json`),
  ...['/run/digits/grids/up/secret.txt', '/run/digits/grids/up/runs/secret.txt', '/run/digits/.secret.txt'],
  ...['/run/digits/.git/config.json', '/run/.hidden/config.json', '/run/linked/config.json', '/run/linked/stats.jsonl'],
  ...['/run/secret.txt', '/run/notes/secret.txt', '/run/../secret.txt', '/run/digits/../../config.json'],
  ...['/assets/out.js', '/outside/config.json', '/.env', '/../secret.txt', '/assets/../../config.json'],
];

/** A path that leads to something, most with some characters changed. */
function bentPath(draw: Draw, from: readonly string[]): string {
  let path = draw.pick(from);
  for (let left = draw.below(4); left > 0; left--) {
    const at = draw.below(path.length + 1);
    const piece = draw.pick([...up, ...between, ...names, '%', '?', '#', '\u00ff', 'x', '']);
    path = path.slice(0, at) + piece + path.slice(at + draw.below(2));
  }
  return draw.share() < 0.2 ? percented(path, draw) : path;
}

/** With some characters as their codes. */
const percented = (path: string, draw: Draw): string =>
  path.replace(/[./a-z]/g, (letter) => (draw.share() < 0.3 ? `%${letter.charCodeAt(0).toString(16)}` : letter));

function target(draw: Draw, place: ServedPlace): string {
  const kind = draw.below(3);
  if (kind === 0) return strayPath(draw, place);
  return bentPath(draw, kind === 1 ? temptations : Object.keys(served));
}

function attempt(draw: Draw, place: ServedPlace): Attempt {
  const { port } = place;
  const path = target(draw, place);
  const method = draw.share() < 0.9 ? draw.pick(['GET', 'GET', 'GET', 'HEAD']) : draw.pick(otherMethods);
  const ownHosts = [`127.0.0.1:${port}`, `localhost:${port}`, `LocalHost:${port}`, `[::1]:${port}`];
  const host = draw.share() < 0.9 ? [draw.pick(ownHosts)] : draw.pick(foreignHosts(port));
  const isOwnHost = host.length === 1 && ownHosts.includes(host[0]!);
  const origin =
    draw.share() < 0.8 ? undefined : draw.pick([`http://${host[0]}`.toLowerCase(), ...foreignOrigins(port)]);
  const isOwnOrigin = origin === undefined || origin === `http://${host[0]}`.toLowerCase();
  const site = draw.pick([...sites, undefined, undefined, undefined]);
  const range = draw.pick([
    undefined,
    undefined,
    'bytes=0-',
    'bytes=5-9',
    'bytes=-4',
    'bytes=9999-',
    'bytes=0-1,3-4',
    'x',
  ]);
  const lines = [
    ...host.map((name) => `Host: ${name}`),
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
    ...(site === undefined ? [] : [`Sec-Fetch-Site: ${site}`]),
    ...(range === undefined ? [] : [`Range: ${range}`]),
  ];
  const isRead = method === 'GET' || method === 'HEAD';
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  return { method, text: requestText(method, path, lines), isWelcome: isRead && isOwnHost && isOwnOrigin && isOwnSite };
}

const sites = ['same-origin', 'none', 'same-site', 'cross-site'];
const otherMethods = ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'LINK', 'get'];

const foreignHosts = (port: number): readonly (readonly string[])[] => [
  [],
  [''],
  ['evil.example'],
  [`evil.example:${port}`],
  ['127.0.0.1'],
  ['localhost'],
  [`127.0.0.1:${port + 1}`],
  [`127.0.0.1:${port}@evil.example`],
  [`localhost.evil.example:${port}`],
  [`127.0.0.1.:${port}`],
  [`0.0.0.0:${port}`],
  [`127.1:${port}`],
  ['evil.example', `127.0.0.1:${port}`],
  [`127.0.0.1:${port}`, 'evil.example'],
];

const foreignOrigins = (port: number): readonly string[] => [
  'null',
  'http://evil.example',
  `https://127.0.0.1:${port}`,
  `http://127.0.0.1:${port + 1}`,
  'http://localhost',
];

/** What is wrong with an answer; undefined when nothing is. */
function fault({ isWelcome, method }: Attempt, { body, headers, status }: RawAnswer): string | undefined {
  if (body.includes(SECRET) || [...headers.values()].join().includes(SECRET)) return 'the secret came back';
  if (status >= 500) return `status ${status}`;
  if (status < 200 || status >= 300) return undefined;
  if (!isWelcome) return `answered with ${status}, though it came from elsewhere or would change something`;
  if (headers.get('x-content-type-options') !== 'nosniff') return 'the type of the content may be guessed';
  if (method === 'GET' && headers.get('content-length') !== String(body.length)) return 'the content was cut off';
  if (headers.has('access-control-allow-origin')) return 'other origins may read it';
  if ((method === 'HEAD' && body === '') || isListOfRuns(body)) return undefined;
  if (body === '') return 'nothing was sent for a file';
  const known = Object.values(served).some((text) => (status === 206 ? text.includes(body) : text === body));
  return known ? undefined : `content that is not served: ${JSON.stringify(body.slice(0, 80))}`;
}

function isListOfRuns(body: string): boolean {
  if (!body.startsWith('{"runs":')) return false;
  const { runs } = JSON.parse(body) as { readonly runs: readonly { readonly path: string }[] };
  return runs.map(({ path }) => path).join() === 'digits/,sweep/a b/';
}

export interface FuzzResult {
  readonly reports: readonly string[];
  /** Attempts that got content. */
  readonly answered: number;
}

/** Sends `count` requests to a server of `place`; each is a function of the seed and its number. */
export async function fuzzServer(place: ServedPlace, seed: number, count: number): Promise<FuzzResult> {
  const reports: string[] = [];
  let answered = 0;
  const one = async (index: number): Promise<void> => {
    const tried = attempt(new Draw(seed, index), place);
    const answer = await sendRaw(place.port, tried.text);
    if (answer.status === 200 || answer.status === 206) answered += 1;
    const found = fault(tried, answer);
    if (found) reports.push(`seed ${seed}, request ${index}: ${found}\n${tried.text}`);
  };
  const AT_ONCE = 16;
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => one(from + i)));
  }
  return { reports, answered };
}
