import type { Denoiser } from '@noisesmith/diffusion';
import { openSampling, type SampleRequest, type SamplingSession } from '@noisesmith/samplers';
import type { Backend, Store, TuningTable } from '@noisesmith/tensor';
import type { RunConfig } from './config';
import { type Draw, drawBatches, drawImages, samplingOptions } from './draws';
import type { Images } from './grid';

/** Draws from a state of a run where it lies. The sampling step is opened when it is first wanted, once for each store. */
export class RunSampler implements Disposable {
  private open: { readonly store: Store; readonly session: SamplingSession } | undefined;

  constructor(
    private readonly denoiser: Denoiser,
    private readonly config: RunConfig,
    private readonly tuning: TuningTable,
  ) {}

  /** @param store of `backend`, whose `ema` are the weights; after a lost device it is another one */
  async draw(
    backend: Backend,
    store: Store,
    draw: Draw,
    more: Pick<SampleRequest, 'signal' | 'onStep'> = {},
  ): Promise<Images> {
    return drawImages(await this.sessionOver(backend, store), this.denoiser, undefined, draw, more);
  }

  /** As `draw`, in batches as they are drawn. */
  async *batches(
    backend: Backend,
    store: Store,
    draw: Draw,
    more: Pick<SampleRequest, 'signal' | 'onStep'> = {},
  ): AsyncIterable<Images> {
    yield* drawBatches(await this.sessionOver(backend, store), this.denoiser, undefined, draw, more);
  }

  private async sessionOver(backend: Backend, store: Store): Promise<SamplingSession> {
    if (this.open?.store !== store) {
      this.close();
      const params = store.alias({ params: 'ema' });
      const options = { ...samplingOptions(this.config), tuning: this.tuning, params };
      this.open = { store, session: await openSampling(backend, this.denoiser, options) };
    }
    return this.open.session;
  }

  close(): void {
    this.open?.session.destroy();
    this.open = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
