import { type FeatureNetwork, type InputResize, parseInputResize, pixelNetwork } from '@noisesmith/metrics';
import type { Context } from '../context';
import { UsageError, userInput } from '../errors';
import type { Arguments, Flags } from '../flags';
import type { Progress } from '../run/progress';

/** Which network makes features of images, and how images become its input. */
export const networkFlags = {
  network: { value: 'NAME', help: 'pixels or pixels-SxSxC: makes features of images (see below)' },
} as const satisfies Flags;

export const networkHelp = ['Networks: pixels: images averaged to 16x16.'] as const;

const pixels = /^pixels(?:-(\d+)x\1x([13]))?$/;

/** Opens the network that the flags ask for. @throws UsageError or MetricError, one line, for one that is not there */
export async function openNetwork(args: Arguments, context: Context, progress: Progress): Promise<FeatureNetwork> {
  const name = args.text('network') ?? 'pixels';
  const given = context.networks?.[name];
  if (given !== undefined) return given();
  const asked = pixels.exec(name);
  if (asked !== null) {
    const [, side, channels] = asked;
    if (side === undefined) return pixelNetwork();
    return pixelNetwork({ side: Number(side), channels: channels === '1' ? 1 : 3 });
  }
  progress.quiet(`opening ${name}`);
  throw new UsageError(`--network ${name} is unknown; expected pixels`);
}

/** @throws UsageError for a way of resizing that is none */
export function resizeOf(args: Arguments): InputResize | undefined {
  const text = args.text('resize');
  return text === undefined ? undefined : userInput(() => parseInputResize(text));
}
