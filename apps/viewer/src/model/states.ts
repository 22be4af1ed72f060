/** Between the sampler and trajectories; this side needs the engine. */
import type { SamplingSession, StatesRequest } from '@noisesmith/samplers';
import {
  emptyTrajectories,
  enterStep,
  type ImageShape,
  type Moment,
  type StepOfSamples,
  type Trajectories,
} from './trajectories';

/** The moments of a session's steps, and the end at t = 0. */
export function momentsOf({ schedule, steps }: SamplingSession): Moment[] {
  return [...steps.map(({ t }) => t), 0].map((t) => ({ t, logSnr: schedule.logSnr(t) }));
}

/** Each step as it is computed. x as pixels: x0 in [−b, b] is [0, 1] there. */
export async function* stepsOfSamples(
  session: SamplingSession,
  request: StatesRequest,
  inputScale: number,
): AsyncGenerator<StepOfSamples> {
  for await (const { count, first, image, index, x } of session.states(request)) {
    yield { index, first, count, x: x.map((value) => value / (2 * inputScale) + 0.5), x0: image };
  }
}

export interface Asked {
  readonly shape: ImageShape;
  readonly inputScale: number;
  readonly request: StatesRequest & Required<Pick<StatesRequest, 'seeds'>>;
}

/** Draws all samples of a request, with every step. */
export async function collectTrajectories(
  session: SamplingSession,
  { inputScale, request, shape }: Asked,
): Promise<Trajectories> {
  const { labels = request.seeds.map(() => null), seeds } = request;
  const trajectories = emptyTrajectories({ shape, seeds, labels, moments: momentsOf(session) });
  for await (const step of stepsOfSamples(session, request, inputScale)) enterStep(trajectories, step);
  return trajectories;
}
