// Reference: fixtures/rin-tiny.safetensors, whose own results have no error, and the same with errors of known size.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { HostTensors } from '../host-tensor';
import { readTrainFixture } from './fixture';
import { resultErrors } from './results';
import { type TrainStep, trainErrors } from './train-step';

const path = fileURLToPath(new URL('../../../fixtures/rin-tiny.safetensors', import.meta.url));
const fixture = await readTrainFixture(path);

const values = (tensors: HostTensors, change: (name: string, data: Float32Array<ArrayBuffer>) => void = () => {}) =>
  new Map(
    [...tensors].map(([name, { data }]) => {
      const copy = data.slice();
      change(name, copy);
      return [name, copy];
    }),
  );

/** Gives the fixture's results, and for the moving average a quarter of the way to the new parameters. */
const exact: TrainStep = {
  lossAndGradients: async () => ({ loss: fixture.loss, gradients: values(fixture.gradients) }),
  applyGradients: async () => ({
    parameters: values(fixture.lamb),
    average: values(fixture.parameters, (name, data) => {
      const goal = fixture.lamb.get(name)!.data;
      data.forEach((start, i) => {
        data[i] = start + 0.25 * (goal[i]! - start);
      });
    }),
  }),
};

describe('trainErrors', () => {
  it('finds none in the fixture itself', async () => {
    const errors = await trainErrors(exact, path);
    expect(errors).toMatchObject({ loss: 0, gradients: 0, lamb: 0 });
    // The average is rounded to float32 where the parameter is large against the step.
    expect(errors.ema).toBeLessThan(1e-4);
  });

  it('finds the one tensor that is off by a percent', async () => {
    const scale = (name: string, data: Float32Array) => {
      if (name !== 'b0.l0.attn.o.weight') return;
      data.forEach((value, i) => {
        data[i] = 1.01 * value;
      });
    };
    const off: TrainStep = {
      ...exact,
      lossAndGradients: async () => ({ loss: 1.02 * fixture.loss, gradients: values(fixture.gradients, scale) }),
    };
    const { loss, gradients, lamb } = await trainErrors(off, path);
    expect(loss).toBeCloseTo(0.02, 6);
    expect(gradients).toBeCloseTo(0.01, 6);
    expect(lamb).toBe(0);
  });

  it('takes parameters that did not move for an error of 1', async () => {
    const still: TrainStep = {
      ...exact,
      applyGradients: async () => ({ parameters: values(fixture.parameters), average: values(fixture.parameters) }),
    };
    expect(await trainErrors(still, path)).toMatchObject({ lamb: 1, ema: 1 });
  });

  it('names a gradient that is missing', async () => {
    const partial: TrainStep = {
      ...exact,
      lossAndGradients: async () => ({ loss: fixture.loss, gradients: new Map() }),
    };
    await expect(trainErrors(partial, path)).rejects.toThrow('gave no value of "stem.weight"');
  });
});

describe('resultErrors', () => {
  const expected = new Map([['y', Float64Array.of(3, 4)]]);

  it('compares the first examples where only they are expected', () => {
    expect(resultErrors(new Map([['y', Float32Array.of(3, 4.5, 99)]]), expected).y).toBeCloseTo(0.1, 12);
  });

  it('refuses results that are missing or too short', () => {
    expect(() => resultErrors(new Map(), expected)).toThrow('no result "y"');
    expect(() => resultErrors(new Map([['y', Float32Array.of(3)]]), expected)).toThrow('1 values against 2');
  });
});
