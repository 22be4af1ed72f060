import { elementCount, type NdArray, openSafetensors, readNpy, readNpz } from '@noisesmith/formats';
import { type FileSource, fileSource } from '@noisesmith/formats/node';
import { type Command, jsonFlag } from '../command';
import { exitCodes } from '../errors';
import { readUserFile } from '../files';
import { groupedNumber, printJson, table } from '../output';

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

interface Contents {
  readonly file: string;
  readonly kind: 'safetensors' | 'checkpoint' | 'npz' | 'npy';
  readonly tensors: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Elements of all tensors; in a checkpoint, which holds several vectors of them, the parameters of the network. */
  readonly parameters: number;
}

const total = (tensors: readonly { readonly shape: readonly number[] }[]): number =>
  tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);

const entry = ([name, { dtype, shape }]: [string, NdArray]): Entry => ({ name, dtype, shape: [...shape] });

async function inspectSafetensors(source: FileSource, file: string): Promise<Contents> {
  const opened = await openSafetensors(source);
  const { metadata } = opened;
  const tensors = opened.names.map((name) => {
    const { dtype, shape } = opened.info(name);
    return { name, dtype, shape };
  });
  if (!metadata.format?.startsWith('noisesmith-checkpoint') || metadata.layout === undefined) {
    return { file, kind: 'safetensors', tensors, metadata, parameters: total(tensors) };
  }
  const layout = (JSON.parse(metadata.layout) as [string, number[]][]).map(([, shape]) => ({ shape }));
  return { file, kind: 'checkpoint', tensors, metadata, parameters: total(layout) };
}

async function inspectFile(file: string): Promise<Contents> {
  await using source = await fileSource(file);
  const start = await source.read(0, Math.min(6, source.size));
  const magic = String.fromCharCode(...start);
  if (magic.startsWith('PK')) {
    const tensors = [...readNpz(await readUserFile(file), { name: file })].map(entry);
    return { file, kind: 'npz', tensors, metadata: {}, parameters: total(tensors) };
  }
  if (magic === '\x93NUMPY') {
    const tensors = [entry(['', readNpy(await readUserFile(file), { name: file })])];
    return { file, kind: 'npy', tensors, metadata: {}, parameters: total(tensors) };
  }
  return await inspectSafetensors(source, file);
}

const METADATA_WIDTH = 100;
const cut = (text: string): string => (text.length > METADATA_WIDTH ? `${text.slice(0, METADATA_WIDTH)}...` : text);

function print({ file, kind, metadata, parameters, tensors }: Contents): string {
  const rows = tensors.map(({ dtype, name, shape }) => [name, dtype, `[${shape.join(', ')}]`]);
  const notes = Object.entries(metadata).map(([key, value]) => [`  ${key}`, cut(value)]);
  return [
    `${file}: ${kind}, ${tensors.length} tensors, ${groupedNumber(parameters)} ${kind === 'checkpoint' ? 'parameters' : 'elements'}\n`,
    ...(notes.length > 0 ? [`metadata\n${table(notes)}`] : []),
    `tensors\n${table(rows.map((row) => [`  ${row[0]}`, ...row.slice(1)]))}`,
  ].join('');
}

export const inspect: Command = {
  name: 'inspect',
  summary: 'what is in a safetensors, npz or npy file or a checkpoint',
  positionals: ['FILE'],
  flags: jsonFlag,
  example: 'runs/mnist-tiny/ema.safetensors',
  async run(args, context) {
    const contents = await inspectFile(args.positionals[0]!);
    if (args.has('json')) printJson(context, contents);
    else context.out(print(contents));
    return exitCodes.done;
  },
};
