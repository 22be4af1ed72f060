/** `npm run bench`: beside the peers, or one of the studies that a first flag names. */
import { runComparison } from './src/compare';
import { runExplain } from './src/explain/run';
import { runPages } from './src/pages/run';
import { runScaling } from './src/scaling/run';
import { runSizes } from './src/sizes/run';
import { runTiles } from './src/tiles/run';

const studies: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  '--explain': runExplain,
  '--scaling': runScaling,
  '--pages': runPages,
  '--sizes': runSizes,
  '--tiles': runTiles,
};

const [first = '', ...rest] = process.argv.slice(2);
const study = Object.hasOwn(studies, first) ? studies[first] : undefined;
const run = study ? study(rest) : runComparison([first, ...rest].filter((arg) => arg !== ''));
run.catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
