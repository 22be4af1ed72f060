// Serves the built page on loopback: node apps/viewer/scripts/serve.mjs [--port N]
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { preview } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @param {string} message */
function fail(message) {
  process.stderr.write(`viewer: ${message}\n`);
  process.exit(2);
}

/** @param {string} text */
function parsePort(text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) fail(`--port is ${JSON.stringify(text)}, expected 1 to 65535`);
  return port;
}

function readOptions() {
  try {
    return parseArgs({ options: { port: { type: 'string' } } }).values;
  } catch (error) {
    return fail(`${/** @type {Error} */ (error).message.split('. ')[0]}; expected --port N`);
  }
}

const { port: wanted } = readOptions();
const port = wanted === undefined ? 4173 : parsePort(wanted);
if (!existsSync(join(root, 'dist', 'index.html'))) fail('the page is not built; run `npm run build` first');
try {
  // A port that was asked for is that one or none; else the next free one will do.
  const { resolvedUrls } = await preview({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'silent',
    preview: { host: '127.0.0.1', port, strictPort: wanted !== undefined },
  });
  process.stdout.write(`viewer: ${resolvedUrls?.local[0]} (Ctrl-C ends it)\n`);
} catch (error) {
  fail(`port ${port}: ${/** @type {Error} */ (error).message}`);
}
