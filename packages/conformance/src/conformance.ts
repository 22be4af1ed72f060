import { flattenParameters } from '@noisesmith/diffusion';
import { type NdArray, writeSafetensors } from '@noisesmith/formats';
import { latentCodes, type RinDenoiser, rin, tapeCodes } from '@noisesmith/rin';
import type { Backend } from '@noisesmith/tensor';
import { Fixture } from './fixture';
import { runForward } from './forward';
import { runSamplers } from './sample';
import type { Session } from './session';
import { readSettings } from './settings';
import { runSteps, runTrain } from './train';

export interface ConformanceOptions {
  /** What messages call the fixture. */
  readonly name?: string;
  /** Told before each part. */
  readonly onProgress?: (part: string) => void;
}

const parts = [
  ['position codes', putPositions],
  ['forward', runForward],
  ['training loss and gradients', runTrain],
  ['training steps', runSteps],
  ['samplers', runSamplers],
] as const;

/**
 * Computes everything that a fixture (`rin-fixture-1` or `rin-fixture-2`) expects on a backend, with the programs that
 * training and sampling run. Runs in Node and in browsers.
 *
 * @param bytes the fixture, a safetensors file
 * @returns a safetensors file with the results under the fixture's names
 * @throws FormatError in one line for a file that is no such fixture
 */
export async function runConformance(
  backend: Backend,
  bytes: Uint8Array,
  { name = 'fixture', onProgress }: ConformanceOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const fixture = new Fixture(bytes, name);
  const settings = readSettings(fixture);
  const net = rin(settings.config);
  const results = new Map<string, NdArray>();
  const session: Session = {
    backend,
    fixture,
    settings,
    net,
    parameters: readParameters(fixture, net),
    put(result, shape, data) {
      results.set(result, { dtype: 'F32', shape, data: Float32Array.from(data) });
    },
  };
  for (const [part, run] of parts) {
    onProgress?.(part);
    await run(session);
  }
  return writeSafetensors(results, { format: `${fixture.metadata.format}-results` });
}

function readParameters(fixture: Fixture, net: RinDenoiser): Float32Array<ArrayBuffer> {
  const names = net.layout.segments.map(({ name }) => name);
  const tensors = Object.fromEntries(names.map((name) => [name, fixture.data(`param.${name}`)]));
  try {
    return flattenParameters(net.layout, tensors);
  } catch (error) {
    throw error instanceof RangeError ? fixture.error(error.message) : error;
  }
}

/** The fixed position codes as the network has them: `pos.tape`, `pos.latents`. */
async function putPositions({ net: { config }, put }: Session): Promise<void> {
  const rows = (name: string, codes: Float64Array, width: number): void =>
    put(name, [codes.length / width, width], Float32Array.from(codes));
  if (config.tapePos !== 'learned') rows('pos.tape', tapeCodes(config), config.tapeDim);
  if (config.latentPos !== 'learned') rows('pos.latents', latentCodes(config), config.latentDim);
}
