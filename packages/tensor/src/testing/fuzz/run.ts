/** Runs random programs by hand: `--seed` of the first, `--count` of them. Ends with 1 where one failed. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '1000' } },
});
const [seed, count] = [Number(values.seed), Number(values.count)];
/** Programs from one line of progress to the next; a multiple of those that are compiled together. */
const TOLD_EVERY = 200;

let failed = 0;
const began = Date.now();
const line = (done: number): string => {
  const rate = (done / (Date.now() - began)) * 1000;
  return `seeds ${seed} to ${seed + done - 1}: ${done} programs, ${failed} failed, ${rate.toFixed(1)} a second`;
};
await fuzz({
  seed,
  count,
  onFailure(report) {
    failed++;
    console.log(`${report}\n`);
  },
  onProgress(done) {
    if (done % TOLD_EVERY === 0 || done === count) console.log(line(done));
  },
});
process.exit(failed > 0 ? 1 : 0);
