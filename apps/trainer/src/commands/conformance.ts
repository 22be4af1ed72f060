import { resolve } from 'node:path';
import { runConformance } from '@noisesmith/conformance';
import { writeFileAtomic } from '@noisesmith/formats/node';
import { type Command, jsonFlag } from '../command';
import { exitCodes, UsageError } from '../errors';
import { readUserFile } from '../files';
import { printJson } from '../output';
import { prepareOutput } from '../outputs';

export const conformance: Command = {
  name: 'conformance',
  summary: 'compute what a fixture expects on this adapter, under its own tensor names',
  positionals: ['FIXTURE'],
  flags: { out: { value: 'OUT.safetensors', help: 'where to write the results' }, ...jsonFlag },
  example: 'fixtures/rin-tiny.safetensors --out results.safetensors',
  async run(args, context) {
    const [file] = args.positionals as [string];
    const out = args.required('out');
    const bytes = await readUserFile(file);
    if (resolve(out) === resolve(file)) throw new UsageError(`--out ${out}: the fixture itself; expected another file`);
    await prepareOutput('--out', out, 'file');
    using device = await context.openDevice();
    const results = await runConformance(device, bytes, {
      name: file,
      onProgress: (part) => context.err(`${part}\n`),
    });
    await writeFileAtomic(out, results);
    const { description, device: adapter } = device.profile;
    if (args.has('json')) printJson(context, { fixture: file, out, adapter: description || adapter });
    else context.out(`wrote ${out}, computed on ${description || adapter}\n`);
    return exitCodes.done;
  },
};
