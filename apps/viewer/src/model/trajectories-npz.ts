import { FormatError, type NdArray, readNpz, writeNpz } from '@noisesmith/formats';
import { toBytes } from '@noisesmith/runs';
import { emptyTrajectories, endOf, enterStep, pixelsOf, stepsOf, type Trajectories } from './trajectories';

/** Pixels of x that a byte can hold, first and last: x leaves [0, 1] while it is noise. */
const RANGE = [-1, 2] as const;
/** Types whose elements are the numbers themselves. */
const NUMBERS: readonly string[] = ['U8', 'I32', 'F32', 'F64'];
const SPAN = RANGE[1] - RANGE[0];

/**
 * Trajectories as an npz. `arr_0`, `arr_1` and `class_names` are samples, labels and what these are called, as `noisesmith sample` writes them (without labels
 * where a sample has none); `x` and `x0` are [steps, n, h, w, c], `t` and `log_snr` [steps + 1], `seeds` [n].
 * @param precision 'bytes': pixels as uint8, where 0 and 255 are pixels of 0 and 1 in x0, and −1 and 2 in x;
 * 'exact': as float32
 * @param classes names by label, for `class_names`
 */
export function encodeTrajectories(
  trajectories: Trajectories,
  precision: 'bytes' | 'exact' = 'bytes',
  classes: readonly string[] = [],
): Uint8Array<ArrayBuffer> {
  const { labels, moments, seeds, shape } = trajectories;
  const steps = stepsOf(trajectories);
  const n = seeds.length;
  const pixels = (arrays: readonly Float32Array[], toUnit: (value: number) => number): NdArray => {
    const whole = new Float32Array(steps * n * pixelsOf(shape));
    for (let step = 0; step < steps; step++) whole.set(arrays[step]!, step * n * pixelsOf(shape));
    const at = [steps, n, ...shape];
    return precision === 'exact'
      ? { dtype: 'F32', shape: at, data: whole }
      : { dtype: 'U8', shape: at, data: toBytes(whole.map(toUnit)) };
  };
  const labelled = labels.every((label) => label !== null);
  return writeNpz(
    {
      arr_0: { dtype: 'U8', shape: [n, ...shape], data: toBytes(endOf(trajectories)) },
      ...(labelled && {
        arr_1: { dtype: 'I32', shape: [n], data: Int32Array.from(labels as readonly number[]) },
      }),
      seeds: { dtype: 'F64', shape: [n], data: Float64Array.from(seeds) },
      t: { dtype: 'F64', shape: [steps + 1], data: Float64Array.from(moments, ({ t }) => t) },
      log_snr: { dtype: 'F64', shape: [steps + 1], data: Float64Array.from(moments, ({ logSnr }) => logSnr) },
      x: pixels(trajectories.x, (value) => (value - RANGE[0]) / SPAN),
      x0: pixels(trajectories.x0, (value) => value),
    },
    { compress: true, ...(labelled && classes.length > 0 && { texts: { class_names: classes } }) },
  );
}

/** Reads what {@link encodeTrajectories} writes. @throws FormatError, one line, for an archive that is something else */
export function decodeTrajectories(bytes: Uint8Array): Trajectories {
  const arrays = readNpz(bytes);
  const array = (name: string): NdArray => {
    const found = arrays.get(name);
    if (!found) throw new FormatError(`trajectories: array '${name}' is missing`);
    return found;
  };
  const [steps, n, ...shape] = array('x').shape;
  const [height, width, channels] = shape;
  if (!steps || !n || !height || !width || !channels || shape.length !== 3) {
    throw new FormatError(`trajectories: 'x' has shape [${array('x').shape}]; expected [steps, n, h, w, c]`);
  }
  const numbers = (name: string, count: number): number[] => {
    const { data, dtype } = array(name);
    if (!NUMBERS.includes(dtype))
      throw new FormatError(`trajectories: '${name}' is ${dtype}; expected ${NUMBERS.join(', ')}`);
    const values = Array.from(data, Number);
    if (values.length === count) return values;
    throw new FormatError(`trajectories: '${name}' has ${values.length} numbers; expected ${count}`);
  };
  const size = n * height * width * channels;
  const pixels = (name: string, from: number, span: number): Float32Array => {
    const values = Float32Array.from(numbers(name, steps * size));
    return array(name).dtype === 'U8' ? values.map((value) => (value / 255) * span + from) : values;
  };
  const t = numbers('t', steps + 1);
  const logSnr = numbers('log_snr', steps + 1);
  const trajectories = emptyTrajectories({
    shape: [height, width, channels],
    seeds: numbers('seeds', n),
    labels: arrays.has('arr_1') ? numbers('arr_1', n) : new Array<null>(n).fill(null),
    moments: t.map((time, i) => ({ t: time, logSnr: logSnr[i]! })),
  });
  const [x, x0] = [pixels('x', RANGE[0], SPAN), pixels('x0', 0, 1)];
  for (let index = 0; index < steps; index++) {
    const [from, to] = [index * size, (index + 1) * size];
    enterStep(trajectories, { index, first: 0, count: n, x: x.subarray(from, to), x0: x0.subarray(from, to) });
  }
  return trajectories;
}
