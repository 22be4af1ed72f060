import { parseArgs } from 'node:util';
import { fuzz } from './fuzz';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '1000' } },
});
const [seed, count] = [Number(values.seed), Number(values.count)];
const began = Date.now();
const { accepted, files, reports } = await fuzz({ seed, count, onFailure: (text) => console.log(`${text}\n`) });
const seconds = (Date.now() - began) / 1000;
const memory = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  `${files} files, seeds ${seed} to ${seed + count - 1} of each kind: ${accepted} accepted, ${reports.length} kinds of failure; ` +
    `${(files / seconds).toFixed(0)} a second, at most ${memory} MiB`,
);
process.exit(reports.length > 0 ? 1 : 0);
