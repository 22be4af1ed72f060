import { connectWorker } from '../../worker/calls';
import { createLatest } from './latest';
import { type Size, sizes } from './numerics/sizes';
import type { RingSums } from './numerics/spectrum';
import type { Painted } from './studio';
import type { Drawn, DrawRequest, Measured, NoiseHandlers, OpenRequest, Source } from './worker';

/** A picture and noise in the page's worker, and what came back of them. */
export class Session {
  /** What is known of each size, as it is found. */
  sums = $state.raw<ReadonlyMap<Size, RingSums>>(new Map());
  noised = $state.raw<ReadonlyMap<Size, Painted>>(new Map());
  recovered = $state.raw<ReadonlyMap<Size, Painted>>(new Map());
  /** The side of the picture's square, in its own pixels; 0 while it is not known. */
  side = $state(0);
  /** Why the latest file could not be opened, in one line. */
  error = $state('');
  /** What was asked for last, and what the numbers are of. */
  private wanted = $state.raw<OpenRequest>();
  private shown: OpenRequest | undefined;
  private last = 0;

  private readonly calls = connectWorker<NoiseHandlers>(
    new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
  );

  private readonly opening = createLatest<OpenRequest>(async (request, signal) => {
    const fresh = new Map<Size, RingSums>();
    try {
      const { side } = await this.calls.call('open', request, {
        signal,
        onEvent: ({ size, sums }: Measured) => {
          fresh.set(size, sums);
          // The first picture appears bit by bit; a later one takes the place of another all at once.
          if (this.sums.size < sizes.length) this.sums = new Map(fresh);
        },
      });
      this.side = side;
      this.sums = fresh;
      this.shown = request;
    } catch (error) {
      if (signal.aborted) return;
      this.error = (error as Error).message;
      this.wanted = this.shown;
    }
  });

  private readonly drawing = createLatest<DrawRequest>((request, signal) =>
    this.calls.call('draw', request, {
      signal,
      onEvent: ({ kind, size, painted }: Drawn) => {
        this[kind] = new Map(this[kind]).set(size, painted);
      },
    }),
  );

  /** Whether the picture is the visitor's own. */
  get isOwn(): boolean {
    return this.wanted !== undefined && 'file' in this.wanted.source;
  }

  /** Opens a picture. What there was stays in sight until it is replaced, and where a file cannot be read. */
  open(source: Source, seed: number): void {
    this.ask({ source, seed, id: ++this.last });
  }

  /** Draws other noise. */
  reseed(seed: number): void {
    if (this.wanted && this.wanted.seed !== seed) this.ask({ ...this.wanted, seed });
  }

  private ask(request: OpenRequest): void {
    this.error = '';
    this.wanted = request;
    this.drawing.stop();
    this.opening.request(request);
  }

  draw(request: DrawRequest): void {
    this.drawing.request(request);
  }

  close(): void {
    this.opening.stop();
    this.drawing.stop();
    this.calls.close();
  }
}
