import { parseArgs } from 'node:util';
import { fuzzServer } from './fuzz';
import { openServedPlace } from './served-place';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '20000' } },
});
using place = await openServedPlace();
const { answered, reports } = await fuzzServer(place, Number(values.seed), Number(values.count));
for (const report of reports) console.log(`${report}\n`);
console.log(`${values.count} requests of seed ${values.seed}: ${answered} got content, ${reports.length} faults`);
process.exitCode = reports.length > 0 ? 1 : 0;
