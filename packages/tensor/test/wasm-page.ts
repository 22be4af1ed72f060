/** What the page of the test of WebAssembly runs. */
import { compile, openBackend, openWasm } from '@noisesmith/tensor';
import { worstError } from '../src/testing/compare';
import { operationKernels } from '../src/testing/generated-cases';
import { trainBuild, trainInputs, trainScalars, trainSpec, trainWeights } from '../src/testing/train-program';

/** Every operation and its gradient: the error beside what is allowed. */
async function runOperations() {
  using backend = await openWasm({ threads: globalThis.crossOriginIsolated ? 2 : 1 });
  const found: { name: string; error: number; tolerance: number }[] = [];
  for (const { name, options, tolerance, program } of operationKernels) {
    const { graph, values } = program();
    const error = await worstError(backend, graph, values, { generic: options.generic ?? false });
    found.push({ name, error, tolerance });
  }
  return found;
}

/** Weights after some steps of training, as text. */
async function train(threads: number | undefined) {
  using backend = await openWasm({ ...(threads !== undefined && { threads }) });
  using program = await compile(backend, trainSpec, trainBuild);
  program.state.write('params', trainWeights());
  for (let step = 0; step < 3; step++) await program.run(trainInputs(step), trainScalars(step));
  const weights = String(await program.state.read('params'));
  return { weights, description: backend.profile.description };
}

const failure = (threads: number) =>
  openWasm({ threads }).then(
    () => undefined,
    (error: Error) => error.message,
  );

/** What is chosen in this browser. */
async function choice() {
  const { backend, kind, why } = await openBackend();
  backend.destroy();
  return { kind, why };
}

declare global {
  var wasm: {
    readonly operations: typeof runOperations;
    readonly train: typeof train;
    readonly failure: typeof failure;
    readonly choice: typeof choice;
  };
}
globalThis.wasm = { operations: runOperations, train, failure, choice };
