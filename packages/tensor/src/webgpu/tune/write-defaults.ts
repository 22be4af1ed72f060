/**
 * Measures this machine's adapter and enters what it finds in default-tables.ts. On a machine that does nothing else:
 *
 *     node --conditions=@noisesmith/source --import tsx packages/tensor/src/webgpu/tune/write-defaults.ts MODULE
 *     npm run format
 *
 * MODULE exports `graphs`, an array of graphs of the programs that the choices are to serve, as
 * bench/src/tuned-graphs.ts does.
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Graph } from '../../ir/program';
import { makePlan } from '../../plan/plan';
import { choicesOf, type TuningTable } from '../../plan/tune/table';
import { openDevice } from '../open';
import type { DefaultTable } from './default-table';
import { defaultTables } from './default-tables';
import { tune } from './tune';

/** Every candidate of a large program is timed, not only those that matter most. */
const BUDGET_SECONDS = 3600;

async function graphsOf(module: string | undefined): Promise<readonly Graph[]> {
  if (module === undefined) throw new Error('name a module that exports `graphs`');
  const { graphs } = (await import(pathToFileURL(resolve(module)).href)) as { graphs?: readonly Graph[] };
  if (!Array.isArray(graphs) || graphs.length === 0) throw new Error(`${module} does not export an array \`graphs\``);
  return graphs;
}

async function measured(graphs: readonly Graph[]): Promise<DefaultTable> {
  using device = await openDevice();
  const { description, subgroupSize } = device.profile;
  let table: TuningTable | undefined;
  const ruled = new Map<string, string>();
  for (const graph of graphs) {
    table = await tune(device, graph, {
      budgetSeconds: BUDGET_SECONDS,
      ...(table && { known: table }),
      onProgress: ({ round, rounds, timed, total }) => console.error(`round ${round + 1}/${rounds}: ${timed}/${total}`),
    });
    const { sites } = makePlan(graph, device.target, { choices: choicesOf(table) });
    for (const { key, candidates } of sites) ruled.set(key, candidates[0]!);
  }
  const choices = Object.entries(table!.choices).filter(([key, name]) => name !== ruled.get(key));
  // Versions of driver and compiler follow the adapter's name.
  return { description: description.split(/[:(]/)[0]!.trim(), subgroupSize, choices: Object.fromEntries(choices) };
}

function sourceOf(tables: readonly DefaultTable[]): string {
  return `import type { DefaultTable } from './default-table';

/** Written by write-defaults.ts on a machine that does nothing else. */
export const defaultTables: readonly DefaultTable[] = ${JSON.stringify(tables, null, 2)};
`;
}

async function main(): Promise<void> {
  const table = await measured(await graphsOf(argv[2]));
  const others = defaultTables.filter(
    (t) => t.description !== table.description || t.subgroupSize !== table.subgroupSize,
  );
  await writeFile(fileURLToPath(new URL('./default-tables.ts', import.meta.url)), sourceOf([...others, table]));
}

main().catch((error: unknown) => {
  console.error(`write-defaults: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
