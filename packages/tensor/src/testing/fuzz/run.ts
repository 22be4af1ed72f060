import { parseArgs } from 'node:util';
import { fuzz } from './fuzz';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '1000' } },
});
const [seed, count] = [Number(values.seed), Number(values.count)];
const began = Date.now();
const reports = await fuzz({ seed, count, onFailure: (text) => console.log(`${text}\n`) });
const seconds = (Date.now() - began) / 1000;
console.log(
  `${count} programs, seeds ${seed} to ${seed + count - 1}: ${reports.length} failed; ${(count / seconds).toFixed(1)} a second`,
);
process.exit(reports.length > 0 ? 1 : 0);
