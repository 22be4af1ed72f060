/** How the cost of a train step grows: with the tokens of an image at fixed latents, and with the batch. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backendNamed, openMeasured, usualBackend } from '../backend-named';
import { positiveCount } from '../options';
import { describeAdapter } from '../peers/dawn';
import { threeDigits } from '../three-digits';
import { growthSvg } from './chart';
import { exponent, fitLine, type Point } from './fit';
import { byBatch, bySide, type Cost, costOf } from './sweep';

const usage = `usage: bench --scaling [--steps N] [--backend NAME] [--out FOLDER]

Times the train step for images of 64 to 512 pixels a side with the same latents, and for batches of 1 to 32.

  --steps N      warm steps to time (default 3)
  --backend NAME webgpu (default where there is an adapter) or wasm
  --out FOLDER   write scaling-tokens.svg, scaling-batch.svg and scaling.json there`;

const MEBIBYTE = 2 ** 20;

function table(costs: readonly Cost[], axis: string, x: (cost: Cost) => number): string {
  const rows = costs.map(
    (cost) =>
      `| ${cost.config.name} | ${x(cost)} | ${cost.msPerImage.toFixed(1)} | ${(cost.bytesPerImage / MEBIBYTE).toFixed(2)} |`,
  );
  return [`| size | ${axis} | ms/image | MiB/image |`, '|---|---|---|---|', ...rows].join('\n');
}

function growth(name: string, points: readonly Point[]): string {
  const { fixed, each, worst } = fitLine(points);
  const last = exponent(points[points.length - 2]!, points[points.length - 1]!);
  const line = `${threeDigits(fixed)} + ${threeDigits(each)} each`;
  return `${name}: ${line} (at most ${(100 * worst).toFixed(0)} % off); exponent of the last step ${last.toFixed(2)}`;
}

export async function runScaling(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      steps: { type: 'string', default: '3' },
      backend: { type: 'string', default: usualBackend() },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const steps = positiveCount('--steps', values.steps);
  using backend = await openMeasured(backendNamed(values.backend));
  console.log(`adapter: ${describeAdapter(backend.profile)}`);
  const measure = async (configs: typeof bySide): Promise<Cost[]> => {
    const costs: Cost[] = [];
    for (const config of configs) {
      console.error(`scaling: ${config.name}`);
      costs.push(await costOf(backend, config, steps));
    }
    return costs;
  };
  const studies = [
    { name: 'tokens', axis: 'tape tokens of an image', costs: await measure(bySide), x: (c: Cost) => c.tokens },
    { name: 'batch', axis: 'images in a batch', costs: await measure(byBatch), x: (c: Cost) => c.config.batch },
  ];
  if (values.out !== undefined) await mkdir(values.out, { recursive: true });
  for (const { name, axis, costs, x } of studies) {
    // Against the batch it is the whole step that should grow in proportion.
    const whole = (cost: Cost): number => (name === 'batch' ? cost.config.batch : 1);
    const time = costs.map((cost) => ({ x: x(cost), y: cost.msPerImage * whole(cost) }));
    const memory = costs.map((cost) => ({ x: x(cost), y: (cost.bytesPerImage * whole(cost)) / MEBIBYTE }));
    console.log(`\n${table(costs, axis, x)}\n\n${growth('ms', time)}\n${growth('MiB', memory)}`);
    if (values.out === undefined) continue;
    const svg = growthSvg(`Time and memory of a train step against ${axis}`, axis, [
      { name: 'time', unit: 'ms', points: time },
      { name: 'memory', unit: 'MiB', points: memory },
    ]);
    await writeFile(join(values.out, `scaling-${name}.svg`), svg);
  }
  if (values.out === undefined) return;
  const report = studies.map(({ name, costs }) => ({ name, costs }));
  await writeFile(join(values.out, 'scaling.json'), `${JSON.stringify(report, null, 2)}\n`);
}
