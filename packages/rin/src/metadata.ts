import { type PositionKind, type RinConfig, rinConfig } from './config';

/** Keys of the metadata and the settings they stand for; the optional ones may be absent. */
const required = {
  channels: 'channels',
  patch: 'patch',
  latents: 'latents',
  latent_dim: 'latentDim',
  tape_dim: 'tapeDim',
  heads: 'heads',
  rw_heads: 'rwHeads',
  latent_mlp: 'latentMlp',
  tape_mlp: 'tapeMlp',
  classes: 'classes',
  time_scale: 'timeScale',
} as const;
const optional = {
  tape_pos: 'tapePos',
  latent_pos: 'latentPos',
  tape_conv_kernel: 'tapeConvKernel',
  initializer: 'initializer',
  drop_units: 'dropUnits',
  drop_path: 'dropPath',
} as const;
const known = ['image', 'blocks', ...Object.keys(required), ...Object.keys(optional)];

/**
 * Reads the `config` entry of a safetensors file's metadata, as the files `rin-fixture-1` and `rin-fixture-2` and this
 * project's checkpoints have it: snake_case names, `image` a number or [height, width].
 * @throws RangeError, one line, for text that is no JSON object, a missing or unknown key or a value that does not fit
 */
export function rinConfigFromMetadata(json: string): RinConfig {
  const fail = (problem: string): never => {
    throw new RangeError(`RIN config in metadata: ${problem}`);
  };
  const fields = parseObject(json) ?? fail(`expected a JSON object, got ${JSON.stringify(json.slice(0, 40))}`);
  for (const key of Object.keys(fields)) if (!known.includes(key)) fail(`unknown key '${key}'`);
  const number = (key: string): number => {
    const value = fields[key];
    return typeof value === 'number' ? value : fail(`'${key}' is ${JSON.stringify(value)}, expected a number`);
  };
  const numbers = (key: string): number[] => {
    const value = fields[key];
    const list = Array.isArray(value) && value.every((n) => typeof n === 'number');
    return list ? value : fail(`'${key}' is ${JSON.stringify(value)}, expected a list of numbers`);
  };

  const image = typeof fields.image === 'number' ? [fields.image, fields.image] : numbers('image');
  const settings = Object.fromEntries(Object.entries(required).map(([key, name]) => [name, number(key)])) as Record<
    (typeof required)[keyof typeof required],
    number
  >;
  const extras: Record<string, unknown> = {};
  for (const [key, name] of Object.entries(optional)) if (fields[key] !== undefined) extras[name] = fields[key];
  return rinConfig({
    ...settings,
    image: image as [number, number],
    blocks: numbers('blocks'),
    // Their values are checked by rinConfig.
    ...(extras as { tapePos?: PositionKind; latentPos?: PositionKind }),
  });
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The `config` entry that {@link rinConfigFromMetadata} reads. Settings at their defaults that are optional are left out. */
export function rinConfigToMetadata(config: RinConfig): string {
  const fields: Record<string, unknown> = { image: config.image, blocks: config.blocks };
  for (const [key, name] of Object.entries(required)) fields[key] = config[name];
  for (const [key, name] of Object.entries(optional)) if (config[name] !== neutral[name]) fields[key] = config[name];
  return JSON.stringify(fields);
}

const neutral = {
  tapePos: 'learned',
  latentPos: 'learned',
  tapeConvKernel: 0,
  initializer: 'keras2',
  dropUnits: 0,
  dropPath: 0,
} as const;
