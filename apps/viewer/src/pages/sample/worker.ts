/** The engine's side of page Sample. */
import { blobSource, bytesSource } from '@noisesmith/formats';
import { type Model, readModel, samplingOptions } from '@noisesmith/runs';
import { openSampling, type SamplingOptions, type SamplingSession, samplers } from '@noisesmith/samplers';
import { type BackendChoice, DeviceLostError } from '@noisesmith/tensor';
import { fetchBytes } from '../../model/fetch-bytes';
import { encodeFilm, encodeGrid } from '../../model/film';
import { momentsOf, stepsOfSamples } from '../../model/states';
import { encodeTrajectories } from '../../model/trajectories-npz';
import { openPageBackend, type PageBackend } from '../../worker/backend';
import { type Call, serveCalls, transferring } from '../../worker/calls';
import type { DrawRequest, FileRequest, ModelFacts, ModelSource, SamplerOption } from './protocol';

/** As many run together where no more are asked for: less to compute where a CPU stands behind the device. */
const FEW = 4;

let backend: { readonly choice: BackendChoice; readonly opened: Promise<PageBackend> } | undefined;
let model: Model | undefined;
/** The last one stays until the next is open, so that kernels of both are compiled once. */
let open: { readonly key: string; readonly session: SamplingSession } | undefined;

function closeSession(): void {
  open?.session.destroy();
  open = undefined;
}

/** What is open stays so, unless the visitor has chosen another. */
async function useBackend(choice: BackendChoice): Promise<PageBackend> {
  if (backend && backend.choice !== choice) {
    closeSession();
    const { opened } = backend;
    backend = undefined;
    await opened.then(
      (one) => one.backend.destroy(),
      () => undefined,
    );
  }
  backend ??= { choice, opened: openPageBackend(choice) };
  const { opened } = backend;
  opened.catch(() => {
    backend = undefined;
  });
  return opened;
}

/** What is told before anything is drawn. */
const isOpening = (event: unknown): boolean => typeof event === 'object' && event !== null && 'computedBy' in event;

/** A sampling session for these options, of the network that is loaded. */
async function useSession(loaded: Model, options: SamplingOptions, on: PageBackend): Promise<SamplingSession> {
  const key = JSON.stringify(options);
  if (open?.key === key) return open.session;
  const session = await openSampling(on.backend, loaded.denoiser, options);
  closeSession();
  open = { key, session };
  return session;
}

function factsOf(name: string, { classes, denoiser, run }: Model): ModelFacts {
  const { guidance, sampler, schedule, steps } = run.sampling;
  return {
    name,
    shape: denoiser.imageShape,
    classes: Array.from({ length: denoiser.classes }, (_, k) => classes[k] ?? String(k)),
    parameters: denoiser.layout.segments.reduce((sum, { size }) => sum + size, 0),
    steps: run.train.steps,
    preset: run.preset,
    sampling: { sampler, schedule, steps, guidance },
    guided: denoiser.classes > 0 && run.train.labelDropout > 0,
  };
}

async function drawSteps(
  { backend: choice, labels, seeds, settings }: DrawRequest,
  { emit, signal }: Call,
): Promise<void> {
  if (!model) throw new Error('no network is loaded');
  const { denoiser, run, weights } = model;
  const usual = samplingOptions(run);
  const options = { ...usual, ...settings, batch: seeds.length > FEW ? (usual.batch ?? FEW) : FEW };
  const on = await useBackend(choice);
  emit({ computedBy: on.words });
  const session = await useSession(model, options, on);
  const request = { weights, seeds, ...(denoiser.classes > 0 && { labels }), signal };
  let begun = false;
  for await (const step of stepsOfSamples(session, request, options.inputScale)) {
    if (!begun) emit({ moments: momentsOf(session) });
    begun = true;
    emit({ step }, [step.x.buffer, step.x0.buffer]);
  }
}

const handlers = {
  samplers: (): readonly SamplerOption[] =>
    samplers.map(({ description, kind, name, parameter, title }) => ({
      name,
      title,
      description,
      parameter: { kind, ...parameter } as SamplerOption['parameter'],
    })),

  async load(source: ModelSource): Promise<ModelFacts> {
    const bytes =
      source.kind === 'file'
        ? blobSource(source.file, source.name)
        : bytesSource(await fetchBytes(source.url), 'the network of this page');
    const loaded = await readModel(bytes);
    closeSession();
    model = loaded;
    return factsOf(source.kind === 'file' ? source.name : loaded.run.preset, loaded);
  },

  /** Tells the moments first, then each step of some samples as it is computed. */
  async draw(request: DrawRequest, { emit, signal }: Call): Promise<void> {
    let begun = false;
    const tell: Call['emit'] = (event, transfer) => {
      begun ||= !isOpening(event);
      emit(event, transfer);
    };
    try {
      await drawSteps(request, { emit: tell, signal });
    } catch (error) {
      if (!(error instanceof DeviceLostError)) throw error;
      // What was open on the device is gone with it.
      [backend, open] = [undefined, undefined];
      if (begun) throw new Error('the device was lost while it drew; draw again to go on with a new one');
      await drawSteps(request, { emit, signal });
    }
  },

  file({ classes, kind, trajectories }: FileRequest): Uint8Array<ArrayBuffer> {
    const bytes =
      kind === 'png'
        ? encodeGrid(trajectories)
        : kind === 'film'
          ? encodeFilm(trajectories)
          : encodeTrajectories(trajectories, 'exact', classes);
    return transferring(bytes, [bytes.buffer]);
  },
};

export type SampleHandlers = typeof handlers;

serveCalls(handlers);
