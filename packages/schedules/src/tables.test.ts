// Reference: statements of the paper about its own tables (sections 3.1 to 3.4, captions), agreement between tables, and
// parameter counts from the closed-form sizes of the architecture's layers.
import { describe, expect, it } from 'vitest';
import {
  type AblationSize,
  PAPER_METHOD,
  paperSettings,
  parseSchedule,
  type Table1Row,
  table1,
  table1Preset,
  table1Presets,
  table2,
  table3,
  table4,
  table5,
} from './index';

const ABLATION_SIZES: AblationSize[] = [64, 128, 256];

const dense = (i: number, o: number) => i * o + o;
const norm = (d: number) => 2 * d;
const mlp = (d: number) => norm(d) + dense(d, 4 * d) + dense(4 * d, d);
const attention = (q: number, kv: number, width: number) => dense(q, width) + 2 * dense(kv, width) + dense(width, q);

/** Trainable parameters of a RIN with 1000 classes, time and class among the latents. */
function countParameters({ patchSize, channels, tokens, latents, layers }: Table1Row): number {
  const z = latents.dim;
  const x = tokens.dim;
  const patch = channels * patchSize ** 2;
  const read = norm(z) + attention(z, x, Math.min(x, z)) + mlp(z);
  const compute = norm(z) + attention(z, z, z) + mlp(z);
  const write = norm(x) + attention(x, z, Math.min(x, z)) + mlp(x);
  const stem = dense(patch, x) + norm(x) + tokens.count * x;
  const conditioning = dense(z / 4, z) + dense(z, z) + dense(1000, z);
  const latent = (latents.count - 2) * z + mlp(z) + norm(z);
  const output = norm(x) + dense(x, patch);
  const blocks = layers.reduce((sum, depth) => sum + read + depth * compute + write, 0);
  return stem + conditioning + latent + blocks + output;
}

describe('Table 1', () => {
  it('tiles every image with its tokens', () => {
    for (const { imageSize, patchSize, tokens } of table1) expect(tokens.count).toBe((imageSize / patchSize) ** 2);
  });

  it('prints the counted parameters, except at 512', () => {
    for (const row of table1) {
      const millions = Math.round(countParameters(row) / 1e6);
      expect(millions).toBe(row.imageSize === 512 ? 321 : row.paramsMillions);
      expect(table1Preset(row.imageSize).parameterCount).toBe(countParameters(row));
    }
    expect(table1[3]!.paramsMillions).toBe(320);
  });

  it('needs smaller input scales at larger sizes, and only 512 is not 1 - t', () => {
    const scales = table1.map((row) => row.inputScale);
    expect(scales).toEqual([1, 0.6, 0.5, 0.2, 0.1, 0.1]);
    expect(table1.filter((row) => row.schedule !== 'simple_linear').map((row) => row.imageSize)).toEqual([512]);
  });
});

describe('Table 2', () => {
  it('has the sizes of Table 1; label dropout only from 768 up; decay only up to 256', () => {
    expect(table2.map((row) => row.imageSize)).toEqual(table1.map((row) => row.imageSize));
    for (const row of table2) {
      expect(row.labelDropout).toBe(row.imageSize >= 768 ? 0.1 : 0);
      expect(row.decay).toBe(row.imageSize <= 256 ? 'cosine@0.7' : 'constant');
      expect(row.learningRate).toBe(row.imageSize <= 256 ? 2e-3 : 1e-3);
    }
  });
});

describe('Tables 3 and 4', () => {
  it('are made of canonical specs', () => {
    for (const { schedule } of [...table1, ...table3]) expect(parseSchedule(schedule).spec).toBe(schedule);
    expect(table3).toHaveLength(12);
  });

  it('the best schedule differs by size', () => {
    const best = ABLATION_SIZES.map((size) => table3.reduce((a, b) => (b.fid[size] < a.fid[size] ? b : a)));
    expect(best.map((row) => row.schedule)).toEqual(['sigmoid@-3,3,1.1', 'sigmoid@0,3,0.7', 'sigmoid@0,3,0.5']);
    expect(best.map((row, i) => row.fid[ABLATION_SIZES[i]!])).toEqual([2.03, 3.91, 4.28]);
  });

  it('input scaling drops the best FID at 256 from 4.28 to 3.52', () => {
    const best = ABLATION_SIZES.map((size) =>
      table4.reduce((a, b) => (b.fid.simple_linear[size] < a.fid.simple_linear[size] ? b : a)),
    );
    expect(best.map((row) => row.inputScale)).toEqual([1, 0.6, 0.4]);
    expect(best.map((row, i) => row.fid.simple_linear[ABLATION_SIZES[i]!])).toEqual([2.04, 3.5, 3.52]);
  });

  it('agree where they overlap: input scale 1', () => {
    const unscaled = table4.find((row) => row.inputScale === 1)!;
    for (const schedule of ['simple_linear', 'cosine@0.2,1,1'] as const) {
      expect(unscaled.fid[schedule]).toEqual(table3.find((row) => row.schedule === schedule)!.fid);
    }
    expect(table4.map((row) => row.inputScale)).toEqual([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  });
});

describe('Table 5', () => {
  const ours = table5.filter((row) => row.method === PAPER_METHOD);

  it('reports the parameters, patch size and steps of Tables 1 and 2', () => {
    expect(ours).toHaveLength(6);
    ours.forEach((row, i) => {
      expect(row.imageSize).toBe(table1[i]!.imageSize);
      expect(row.paramsMillions).toBe(table1[i]!.paramsMillions);
      expect(row.patchSize).toBe(table1[i]!.patchSize);
      expect(row.updates).toBe(table2[i]!.steps);
    });
  });

  it('reports the best of Table 4 at the sizes of the ablation', () => {
    for (const size of ABLATION_SIZES) {
      const best = Math.min(...table4.map((row) => row.fid.simple_linear[size]));
      expect(ours.find((row) => row.imageSize === size)!.fid).toBe(best);
    }
  });

  it('the paper is ahead of every other row without guidance from 256 up', () => {
    for (const size of [256, 512] as const) {
      const others = table5.filter((row) => row.imageSize === size && row.method !== PAPER_METHOD);
      expect(others.length).toBeGreaterThan(1);
      for (const row of others) expect(row.fid).toBeGreaterThan(ours.find((r) => r.imageSize === size)!.fid);
    }
    expect(table5).toHaveLength(21);
  });
});

describe('presets', () => {
  it('each reported FID up to 256 is the entry of Table 4 at the reported scale', () => {
    for (const size of ABLATION_SIZES) {
      const { reported } = table1Preset(size);
      const entry = table4.find((row) => row.inputScale === reported.inputScale)!;
      expect(entry.fid.simple_linear[size]).toBe(reported.fid);
    }
  });

  it('256 alone is printed with another scale than the one reported, and says so', () => {
    const differing = table1Presets.filter((p) => p.inputScale !== p.reported.inputScale);
    expect(differing.map((p) => p.name)).toEqual(['table1-256']);
    expect(differing[0]!.inputScale).toBe(0.5);
    expect(differing[0]!.reported).toEqual({ fid: 3.52, inceptionScore: 186.2, inputScale: 0.4 });
    expect(differing[0]!.notes.join(' ')).toContain('5.07');
    expect(table4.find((row) => row.inputScale === 0.5)!.fid.simple_linear[256]).toBe(5.07);
  });

  it('carries the row of Table 2 and a sampling schedule that parses', () => {
    expect(table1Presets.map((p) => p.training)).toEqual(table2);
    expect(parseSchedule(paperSettings.samplingSchedule).spec).toBe('cosine');
  });

  it('an unknown size is refused', () => {
    expect(() => table1Preset(96)).toThrow(
      'Table 1 has no image size 96; expected one of 64, 128, 256, 512, 768, 1024',
    );
  });
});
