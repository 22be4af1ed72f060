/**
 * Memory of a process that compiles, runs and destroys one program after the other on one device, as a page does that
 * tries settings. By hand:
 *
 *     node --conditions=@noisesmith/source --import tsx packages/tensor/src/testing/pipeline-memory.ts [PROGRAMS]
 */
import { argv, memoryUsage } from 'node:process';
import { compile, f32, grad, layerNorm, matmul, mul, openDevice, softmax, sum, tanh } from '../index';

const programs = Number(argv[2] ?? 250);
const ROWS = 8;
/** Programs between two lines. */
const EVERY = 25;

using device = await openDevice();
const inMebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
const report = (made: number): void =>
  console.log(
    `${made} programs: ${device.counters.pipelines} pipelines made, ${device.livePipelines} live, ` +
      `${inMebibytes(memoryUsage().rss)} resident, ${inMebibytes(device.liveBytes)} in buffers`,
  );

report(0);
for (let made = 1; made <= programs; made++) {
  const width = 16 + 4 * (made % 15);
  const inputs = { x: f32(ROWS, width), w: f32(width, width), gamma: f32(width), beta: f32(width) };
  using program = await compile(device, { inputs }, ({ inputs: { x, w, gamma, beta } }) => {
    const y = softmax(layerNorm(matmul(tanh(mul(x, made)), w), gamma, beta));
    const loss = sum(mul(y, y));
    return { outputs: { loss, ...grad(loss, { w, gamma, beta }) } };
  });
  const vector = new Float32Array(width);
  await program.run({
    x: new Float32Array(ROWS * width),
    w: new Float32Array(width ** 2),
    gamma: vector,
    beta: vector,
  });
  await program.read('loss');
  if (made % EVERY === 0) report(made);
}
