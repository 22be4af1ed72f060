/** One contestant at one job, in a process of its own. Protocol: src/protocol.ts. */
import { once } from 'node:events';
import { contestants } from './src/contestants';
import { readJob } from './src/job-file';
import { measure } from './src/measure/measure';
import { parseArguments } from './src/protocol';

/** Waits for a turn from the benchmark that started this process; it is always its turn where nobody gives any. */
async function turn(): Promise<void> {
  if (!process.send) return;
  const given = once(process, 'message');
  process.send('turn');
  await given;
}

// Nobody is left to give turns.
process.on('disconnect', () => process.exit(1));

async function main(): Promise<string> {
  const { contestant, job, python, dawn } = parseArguments(process.argv.slice(2));
  const open = contestants.get(contestant);
  if (open === undefined) throw new Error(`--contestant: unknown contestant ${JSON.stringify(contestant)}`);
  const data = await readJob(job);
  const peer = await open({ dawn, python });
  try {
    return JSON.stringify(await measure(contestant, peer, data, turn));
  } finally {
    peer.close();
  }
}

// Dawn's event loop keeps the process alive; it is left once the line is out.
main().then(
  (line) => process.stdout.write(`${line}\n`, () => process.exit(0)),
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
