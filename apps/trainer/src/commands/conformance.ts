import { resolve } from 'node:path';
import { runConformance } from '@noisesmith/conformance';
import { writeFileAtomic } from '@noisesmith/formats/node';
import { askedBackend, backendFlag } from '../backend';
import { type Command, jsonFlag } from '../command';
import { exitCodes, UsageError } from '../errors';
import { readUserFile } from '../files';
import { printJson } from '../output';
import { prepareOutput } from '../outputs';

export const conformance: Command = {
  name: 'conformance',
  summary: 'compute what a fixture expects, under its own tensor names',
  positionals: ['FIXTURE'],
  flags: { out: { value: 'OUT.safetensors', help: 'where to write the results' }, ...backendFlag, ...jsonFlag },
  example: 'fixtures/rin-tiny.safetensors --out results.safetensors',
  async run(args, context) {
    const [file] = args.positionals as [string];
    const prefer = askedBackend(args);
    const out = args.required('out');
    const bytes = await readUserFile(file);
    if (resolve(out) === resolve(file)) throw new UsageError(`--out ${out}: the fixture itself; expected another file`);
    await prepareOutput('--out', out, 'file');
    const { backend: computing, kind, name } = await context.openBackend(prefer);
    using backend = computing;
    const results = await runConformance(backend, bytes, {
      name: file,
      onProgress: (part) => context.err(`${part}\n`),
    });
    await writeFileAtomic(out, results);
    if (args.has('json')) printJson(context, { fixture: file, out, backend: kind, computedOn: name });
    else context.out(`wrote ${out}, computed on ${name}\n`);
    return exitCodes.done;
  },
};
