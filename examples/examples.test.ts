// References: what each example must say follows from closed forms (logSNR of a shifted schedule, file sizes and bytes),
// published figures (parameters of Table 1, sizes of MNIST), or a loss that starts at its untrained value and falls.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, runFile } from './testing/run-example';

const examples: Record<string, (lines: string[]) => void> = {
  schedules(lines) {
    // gamma/(1 - gamma)·b² = 1 at t = b²/(1 + b²) for simple_linear.
    expect(lines[1]).toMatch(/^simple_linear~0\.5 .* 0 at t = 0\.200$/);
    expect(lines[2]).toMatch(/^simple_linear~0\.1 .* 0 at t = 0\.010$/);
    expect(lines[4]).toContain('input scale 1, x(0.5) = 0.707 image + 0.707 noise');
  },
  formats(lines) {
    expect(lines[0]).toMatch(/^safetensors: \d+ bytes, weight and half at step 100$/);
    expect(lines.slice(1, 3)).toEqual(['half: 1 -2', 'npz: arr_0 is F32 [2,3]: 1 2 3 4 5 6']);
    expect(lines[3]).toMatch(/^cut\.safetensors: truncated/);
  },
  tensor(lines) {
    const losses = lines.map((line) => Number(/loss ([\d.]+)$/.exec(line)![1]));
    expect(losses[0]).toBeCloseTo(Math.log(3), 4);
    expect(losses.at(-1)).toBeLessThan(0.1);
  },
  diffusion(lines) {
    const errors = lines.flatMap((line) => /squared error (\S+)$/.exec(line)?.[1] ?? []);
    expect(errors).toHaveLength(9);
    for (const error of errors) expect(Number(error)).toBeLessThan(1e-6);
    expect(lines.filter((line) => line.endsWith('for the network 1.000'))).toHaveLength(3);
  },
  rin(lines) {
    expect(lines[0]).toBe('Table 1 at 64x64: 214.5 million parameters');
    expect(lines).toHaveLength(4);
    const latents = lines
      .slice(1)
      .map((line) => /64 pixels of prediction; latents \[4,16\] (.*) \.\.\.$/.exec(line)![1]);
    expect(new Set(latents).size).toBe(3);
    expect(latents.join()).not.toContain('NaN');
  },
  samplers(lines) {
    const errors = lines.flatMap((line) => /largest error (\S+)$/.exec(line)?.[1] ?? []);
    expect(errors).toHaveLength(3);
    for (const error of errors) expect(Number(error)).toBeLessThan(1e-3);
    expect(lines[1]).toBe('  ##    ');
  },
  data(lines) {
    expect(lines[0]).toBe('60000 images of 14x14, classes 0 1 2 3 4 5 6 7 8 9');
    expect(lines[1]).toMatch(/^batch 5000 shows \d, \d, \d, \d:$/);
    expect(lines.at(-3)).toBe('image 0 is a 5 with mean 0.1377');
    expect(lines.at(-2)).toMatch(/^5923 of 0, 6742 of 1, .*; fingerprint [0-9a-f]{32}$/);
    expect(lines.at(-1)).toBe('the set changed: 20 images, not 10');
  },
  metrics(lines) {
    const number = (line: number, name: string) => Number(new RegExp(`${name} (-?[\\d.]+)`).exec(lines[line]!)![1]);
    const [perfect, collapsed, copying] = [0, 3, 6].map((first) => ({
      frechet: number(first, 'Fréchet'),
      recall: number(first + 1, 'recall'),
      nearer: number(first + 2, 'images'),
    }));
    // (1 − 0.3)² in each of eight dimensions; a perfect generator has its bias and nothing else.
    expect(Math.abs(collapsed!.frechet - 8 * 0.7 ** 2)).toBeLessThan(0.4);
    const bias = number(9, 'about');
    expect(perfect!.frechet).toBeLessThan(2 * bias);
    expect([collapsed!.recall < 0.1, copying!.nearer, Math.abs(perfect!.nearer - 0.5) < 0.1]).toEqual([true, 1, true]);
  },
  training(lines) {
    const losses = lines.flatMap((line) => /^step \d+: loss ([\d.]+)$/.exec(line)?.[1] ?? []).map(Number);
    expect(losses).toHaveLength(5);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    expect(lines.at(-1)).toBe('files: checkpoint-000000300.safetensors');
  },
  runs(lines) {
    expect(lines[0]).toMatch(/^interrupted at step 3\d$/);
    expect(lines[1]).toBe(lines[0]!.replace('interrupted at', 'going on from'));
    expect(lines[2]).toBe('done at step 60');
    const means = lines[3]!.split(': ')[1]!.split(' ').map(Number);
    expect(means[0]! + means[1]!).toBeLessThan(means[2]! + means[3]!);
    expect(lines[4]).toMatch(/^a grid of \d+ bytes of PNG$/);
  },
};

// Shaders compile anew where the driver has not cached them.
it.each(Object.entries(examples))('%s.ts', async (name, check) => {
  const folder = await mkdtemp(join(tmpdir(), 'example-'));
  try {
    const stdout = await runFile(join(root, 'examples', `${name}.ts`), folder);
    check(stdout.trimEnd().split('\n'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
