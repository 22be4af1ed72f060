import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { env } from 'node:process';

/** Where weights that were fetched or converted are kept: in the user's cache folder, as the XDG specification finds it. */
export function weightsFolder(): string {
  const given = env.XDG_CACHE_HOME;
  return join(given && isAbsolute(given) ? given : join(homedir(), '.cache'), 'noisesmith', 'weights');
}

/** The FID network's weights, as they are kept. */
export const fidWeightsPath = (): string => join(weightsFolder(), 'inception-2015-12-05.safetensors');
