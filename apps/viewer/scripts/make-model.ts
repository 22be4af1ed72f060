/**
 * Makes the network that the viewer carries: trains the preset mnist-tiny as `npm run train -- --preset mnist-tiny` does, copies the weights, and
 * writes down where they come from. A training that was stopped goes on.
 *
 *     node --conditions=@noisesmith/source --import tsx apps/viewer/scripts/make-model.ts [--run FOLDER]
 *
 * Then `make-trajectories.ts` and `make-film.ts` draw from it.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '@noisesmith/formats/node';
import { runFileNames } from '@noisesmith/runs';
import { carried, carriedModel, repository } from './carried';

/** GitHub shows it, and a page loads it in a moment. */
const MOST_BYTES = 3_000_000;

const { values } = parseArgs({ options: { run: { type: 'string' } } });
const folder = values.run ?? join(repository, '.cache', 'carried-model');

await train();
await copy();

/** As a user would; the output is the command's own. */
async function train(): Promise<void> {
  const cli = join(repository, 'apps/trainer/src/main.ts');
  const node = ['--conditions=@noisesmith/source', '--import', 'tsx'];
  const args = [...node, cli, 'train', '--preset', 'mnist-tiny', '--out', folder];
  const child = spawn(process.execPath, args, { cwd: repository, stdio: 'inherit' });
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`make-model: training ended with exit code ${code}; the same command goes on`);
}

async function readJson(name: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>;
}

async function copy(): Promise<void> {
  const bytes = await readFile(join(folder, runFileNames.weights));
  if (bytes.length > MOST_BYTES) throw new Error(`make-model: the weights take ${bytes.length} bytes, more than 3 MB`);
  await mkdir(dirname(carried.weights), { recursive: true });
  await writeFileAtomic(carried.weights, Uint8Array.from(bytes));
  const { run } = await carriedModel();
  const { train, preset } = run;
  const { key } = await readJson(runFileNames.tuning);
  const { fingerprint, images } = await readJson(runFileNames.dataset);
  const provenance = {
    madeBy: 'apps/viewer/scripts/make-model.ts',
    preset,
    seed: train.seed,
    steps: train.steps,
    imagesSeen: train.steps * train.batch * train.accumulation,
    data: { source: run.data.source, images, fingerprint },
    adapter: key,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  await writeFileAtomic(carried.provenance, `${JSON.stringify(provenance, undefined, 2)}\n`);
  console.log(`make-model: ${carried.weights}: ${bytes.length} bytes, sha256 ${provenance.sha256}`);
}
