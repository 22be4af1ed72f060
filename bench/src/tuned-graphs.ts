import { rin, rinConfig } from '@noisesmith/rin';
import { samplingStep } from '@noisesmith/samplers';
import type { Graph } from '@noisesmith/tensor';
import { trainingPreset, trainStep } from '@noisesmith/training';
import { SMALL, TINY } from './configs';
import { trainGraph } from './explain/train-step';

/** Samples that run together, as the command line samples images of this size. */
const SAMPLING_BATCH = 16;

function presetGraphs(name: string): Graph[] {
  const { model, sampling, train } = trainingPreset(name);
  const denoiser = rin(rinConfig(model));
  const { inputScale, normalize, predictionType } = train;
  const options = { ...sampling, inputScale, normalize, predictionType, batch: SAMPLING_BATCH };
  return [trainStep(denoiser, train), samplingStep(denoiser, options)];
}

/** The programs that the kernel choices which come with the engine are measured on. */
export const graphs: readonly Graph[] = [trainGraph(TINY), trainGraph(SMALL), ...presetGraphs('mnist-tiny')];
