import { readSafetensors, toFloat32 } from '@noisesmith/formats';

/** A result that is missing or further from the fixture than it may be. */
export interface Failure {
  readonly name: string;
  readonly problem: string;
}

/** Tolerances of fixtures/README: relative L2 of a tensor, of an update for weights after LAMB steps and for averages. */
const tolerances: Readonly<Record<string, number>> = {
  out: 1e-4,
  train: 1e-4,
  grad: 1e-3,
  lamb: 1e-3,
  ema: 1e-3,
  sample: 2e-3,
  pos: 1e-4,
};
const STEP_LOSS = 1e-3;
/** The part of an update's error that is float32 rounding of the weight itself, relative to the weights' norm. */
const WEIGHT_ROUNDING = 4e-7;

const inputs = /^(in|param|steps)\.|^train\.(img01|onehot|t|gamma|noise|sc_mask)$|^sample\.(x_T|noise|onehot)$/;
const isNullGradient = (name: string): boolean => name.endsWith('.attn.k.bias');

const norm = (values: ArrayLike<number>): number => Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0));
const minus = (a: ArrayLike<number>, b: ArrayLike<number>): number[] => Array.from(a, (v, i) => v - b[i]!);

/**
 * Every result of `outputs` against what `fixture` expects of it.
 * @param share of the tolerances that an error may reach
 */
export function compareWithFixture(
  fixture: Uint8Array,
  outputs: Uint8Array,
  share = 1,
): { checked: number; failures: Failure[] } {
  const [expected, actual] = [readSafetensors(fixture).tensors, readSafetensors(outputs).tensors];
  const failures: Failure[] = [];
  let checked = 0;
  for (const [name, array] of expected) {
    if (inputs.test(name)) continue;
    const found = actual.get(name);
    if (!found) {
      failures.push({ name, problem: 'missing' });
      continue;
    }
    const [want, have] = [toFloat32(array), toFloat32(found)];
    const parameter = expected.get(`param.${name.replace(/^[^.]+\./, '')}`);
    const error = relativeError(name, want, have, parameter && toFloat32(parameter), expected);
    checked += 1;
    const tolerance = share * error.tolerance;
    if (!(error.value <= tolerance)) {
      failures.push({ name, problem: `error ${error.value.toExponential(2)}, tolerance ${tolerance}` });
    }
  }
  return { checked, failures };
}

function relativeError(
  name: string,
  want: Float32Array,
  have: Float32Array,
  parameter: Float32Array | undefined,
  expected: ReturnType<typeof readSafetensors>['tensors'],
): { value: number; tolerance: number } {
  const group = name.split('.')[0]!.replace(/\d+$/, '');
  const tolerance = name === 'train.step_loss' ? STEP_LOSS : tolerances[group]!;
  if (want.length !== have.length || !have.every(Number.isFinite))
    return { value: Number.POSITIVE_INFINITY, tolerance };
  const difference = norm(minus(have, want));
  if (isNullGradient(name)) {
    // Zero in exact arithmetic: what is there is rounding, which LAMB makes into steps of any sign.
    if (group !== 'grad') return { value: 0, tolerance };
    const sibling = toFloat32(expected.get(name.replace(/bias$/, 'weight'))!);
    return { value: norm(have) / norm(sibling), tolerance };
  }
  if (group === 'lamb' || group === 'ema') {
    const rounding = WEIGHT_ROUNDING * norm(parameter!);
    return { value: Math.max(0, difference - rounding) / Math.max(norm(minus(want, parameter!)), 1e-12), tolerance };
  }
  if (group === 'pos') return { value: Math.max(...minus(have, want).map(Math.abs)), tolerance };
  return { value: difference / Math.max(norm(want), 1e-12), tolerance };
}
