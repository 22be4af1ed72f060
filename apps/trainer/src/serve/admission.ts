import type { IncomingMessage } from 'node:http';

/** Why a request is not answered: a status and one line. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Asked = Pick<IncomingMessage, 'method' | 'headers' | 'rawHeaders'>;

const isHost = (_: string, index: number, raw: readonly string[]): boolean =>
  index % 2 === 1 && raw[index - 1]!.toLowerCase() === 'host';

/**
 * Whom the server talks to: pages of its own, and whoever sits at this machine. Another site that a browser has open could
 * ask too: under its own name that leads here (DNS rebinding), which Host tells, or across origins, which Origin and
 * Sec-Fetch-Site tell. Nothing here changes anything, so only what reads is answered.
 *
 * @param port that the server listens on
 * @returns undefined when the request may be answered
 */
export function refusalOf({ headers, method, rawHeaders }: Asked, port: number): Refusal | undefined {
  const hosts = rawHeaders.filter(isHost);
  const known = ['127.0.0.1', 'localhost', '[::1]'].flatMap((name) =>
    port === 80 ? [name, `${name}:80`] : [`${name}:${port}`],
  );
  const host = hosts[0]?.toLowerCase();
  if (hosts.length !== 1 || !known.includes(host!)) {
    return {
      status: 421,
      message: `the host is not one of ${known.join(', ')}; forward the same port to see it from another machine`,
    };
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) return { status: 403, message: 'asked by another origin' };
  const site = headers['sec-fetch-site'] ?? 'none';
  // A link to the page, in a mail or on another page, may be followed.
  const follows = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (site !== 'same-origin' && site !== 'none' && !follows) return { status: 403, message: 'asked by another site' };
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, message: `${method} is not possible; expected GET or HEAD`, headers: { allow: 'GET, HEAD' } };
  }
  return undefined;
}
