import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { readSafetensors, writeSafetensors } from '@noisesmith/formats';
import type { HostTensors, NamedArrays } from '../../host-tensor';
import { asNdArrays } from '../../job-file';

/**
 * Where PyTorch computes: on the CPU, or on a GPU, in float32 or with products of TF32, its work launched kernel by kernel
 * or as one CUDA graph.
 */
export type TorchDevice = 'cpu' | 'cuda' | 'cuda-graph' | 'cuda-tf32' | 'cuda-tf32-graph';

type Answer = Readonly<Record<string, unknown>>;

/** A Python process that answers one request after another; see worker.py. */
export class PythonWorker {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  readonly #folder = mkdtempSync(join(tmpdir(), 'noisesmith-pytorch-'));

  /** Why the process did not start. */
  #failure: string | undefined;

  constructor(python: string, device: TorchDevice) {
    const script = fileURLToPath(new URL('./worker.py', import.meta.url));
    this.#child = spawn(python, ['-B', '-u', script, device], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.on('error', (error) => {
      this.#failure = error.message;
    });
    // Writing to a process that has ended; `ask` reports that it has.
    this.#child.stdin.on('error', () => undefined);
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** @throws Error with what went wrong in Python */
  async ask(what: string, request: object = {}): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify({ ask: what, ...request })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the Python process ended${this.#failure === undefined ? '' : `: ${this.#failure}`}`);
    const answer = JSON.parse(value) as Answer;
    if (answer.error !== undefined) throw new Error(`PyTorch: ${answer.error}`);
    return answer;
  }

  /** Asks with tensors. */
  async send(what: string, tensors: HostTensors, request: object = {}): Promise<Answer> {
    const file = join(this.#folder, 'request.safetensors');
    await writeFile(file, writeSafetensors(asNdArrays(tensors)));
    return await this.ask(what, { file, ...request });
  }

  /** Where an answer's tensors go. */
  get resultsPath(): string {
    return join(this.#folder, 'results.safetensors');
  }

  /** The tensors of the latest answer that had some. */
  async results(): Promise<NamedArrays> {
    const { tensors } = readSafetensors(await readFile(this.resultsPath), { name: this.resultsPath });
    return new Map([...tensors].map(([name, { data }]) => [name, data as Float32Array<ArrayBuffer>]));
  }

  close(): void {
    this.#child.stdin.end();
    this.#reader.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
