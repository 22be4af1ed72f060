import type { RunConfig } from '@noisesmith/runs';
import { type BackendChoice, backendChoices, NoAdapterError, type OpenedBackend } from '@noisesmith/tensor';
import type { Context } from './context';
import { UsageError } from './errors';
import type { Arguments, Flags } from './flags';
import { unusedGpu } from './machine/diagnosis';

export const backendFlag = {
  backend: {
    value: backendChoices.join('|'),
    help: 'what computes: a GPU if there is one, else WebAssembly (auto, the default); or the one that is named',
  },
} as const satisfies Flags;

/**
 * The value of `--backend`, `auto` without it.
 * @throws UsageError for a backend that does not exist
 */
export function askedBackend(args: Arguments): BackendChoice {
  const text = args.text('backend');
  return text === undefined ? 'auto' : choiceOf(text, '--backend');
}

/** @throws UsageError naming `what` */
function choiceOf(text: string, what: string): BackendChoice {
  const found = backendChoices.find((choice) => choice === text);
  if (found) return found;
  throw new UsageError(`${what} is ${JSON.stringify(text)}; expected one of ${backendChoices.join(', ')}`);
}

/** Opens what a configuration asks for. @throws UsageError for what the command line cannot open; DeviceError */
export const openConfigured = ({ backend }: RunConfig, context: Context): Promise<OpenedBackend> =>
  context.openBackend(choiceOf(backend, 'backend'));

/**
 * Opens what a run computes on: its own, once it has begun.
 * @throws UsageError, in one line with the command that goes on elsewhere, where that cannot be opened any more; DeviceError
 */
export async function openForRun(
  config: RunConfig,
  folder: string,
  stored: RunConfig | undefined,
  context: Context,
): Promise<OpenedBackend> {
  const begun = stored !== undefined && stored.backend !== 'auto';
  try {
    const opened = await openConfigured(config, context);
    return begun ? { ...opened, why: 'as the run began' } : opened;
  } catch (error) {
    if (!begun || !(error instanceof NoAdapterError)) throw error;
    throw new UsageError(
      `the run in ${folder} began on ${config.backend}, and there is ${error.reason}; noisesmith train --resume ${folder} --out ${folder}-wasm --backend wasm goes on from its newest checkpoint in a folder of its own`,
    );
  }
}

/** What computes, and why. */
export const computingOn = ({ name, why }: OpenedBackend): string => `computing on ${name}: ${why}`;

/** Tells once, where nothing was asked for and a CPU computes, that there is a GPU. */
export function warnOfUnusedGpu(
  { backend }: OpenedBackend,
  asked: BackendChoice | RunConfig['backend'],
  { host }: Context,
  note: (line: string) => void,
): void {
  const line = asked === 'auto' && backend.profile.software ? unusedGpu(host) : undefined;
  if (line !== undefined) note(`warning: ${line}`);
}
