import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { binOf } from '../../setup/workspace.mjs';

/** A registry of npm on loopback: empty of our packages at first, and asking the machine's own for all others. */
export interface Registry {
  readonly url: string;
  /** Environment in which npm and pnpm know it alone, and may publish to it. */
  readonly env: NodeJS.ProcessEnv;
  /** What it knows of a package; undefined for none. */
  manifest(name: string): Promise<Manifest | undefined>;
  close(): Promise<void>;
}

export interface Manifest {
  readonly versions: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;
  readonly 'dist-tags': { readonly latest: string };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Packages named here are never asked for elsewhere, so that what is installed is what was published. */
const config = (folder: string, machine: string): string => `
storage: ${join(folder, 'storage')}
auth:
  htpasswd:
    file: ${join(folder, 'htpasswd')}
    max_users: 1
uplinks:
  machine:
    url: ${machine}
    timeout: 120s
    max_fails: 20
packages:
  '@noisesmith/*':
    access: $all
    publish: $authenticated
  noisesmith:
    access: $all
    publish: $authenticated
  '**':
    access: $all
    proxy: machine
max_body_size: 400mb
web:
  enable: false
log:
  type: file
  path: ${join(folder, 'log')}
  level: warn
`;

/** Waits until the registry answers. @throws Error when its process has ended, or after a minute */
async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let turn = 0; turn < 300; turn++) {
    if (child.exitCode !== null) throw new Error(`the registry ended with exit code ${child.exitCode}`);
    const reached = await fetch(`${url}-/ping`).then(
      (response) => response.ok,
      () => false,
    );
    if (reached) return;
    await pause(200);
  }
  throw new Error('the registry has not answered for a minute');
}

/** Makes the one user. @returns what npm shows for it */
async function makeUser(url: string): Promise<string> {
  const user = { name: 'maker', password: 'of this test alone' };
  const made = await fetch(`${url}-/user/org.couchdb.user:${user.name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(user),
  });
  const { token } = (await made.json()) as { token?: string };
  if (!token) throw new Error(`the registry made no user: ${made.status}`);
  return token;
}

/** Starts one. @param folder where it keeps what is published; an empty one */
export async function openRegistry(folder: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true });
  const machine = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  writeFileSync(join(folder, 'config.yaml'), config(folder, machine));
  const program = binOf('verdaccio', 'verdaccio', 'tools/release/verdaccio');
  const args = [program, '--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  await answers(url, child);
  const rc = join(folder, 'npmrc');
  writeFileSync(rc, `registry=${url}\n//127.0.0.1:${port}/:_authToken=${await makeUser(url)}\n`);
  // npm reads its settings in capitals too; provenance is for a registry that can look it up.
  const others = Object.entries(process.env).filter(
    ([name]) => !/^npm_config_(registry|userconfig|cache|provenance)$/i.test(name),
  );
  return {
    url,
    env: {
      ...Object.fromEntries(others),
      npm_config_registry: url,
      npm_config_userconfig: rc,
      npm_config_cache: join(folder, 'npm-cache'),
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    },
    async manifest(name) {
      const response = await fetch(`${url}${name.replace('/', '%2f')}`);
      return response.ok ? ((await response.json()) as Manifest) : undefined;
    },
    close: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}
