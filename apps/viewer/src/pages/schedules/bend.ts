import type { Schedule } from '@noisesmith/schedules';
import { type Parameter, rounded, valueIn, withValue } from './families';

const PARTS = 48;
const HALVINGS = 30;

/**
 * The value of a parameter with which a curve goes through a point, or as near to it as it comes; of several the one next
 * to the present value.
 * @param read what the point's chart shows of a schedule
 */
export function bend(spec: string, parameter: Parameter, read: (schedule: Schedule) => number, target: number): number {
  const { min, max, step } = parameter;
  const present = valueIn(spec, parameter);
  const isRatio = step === undefined;
  const [from, to] = isRatio ? [Math.log(min), Math.log(max)] : [min, max];
  const value = (at: number): number => (isRatio ? Math.exp(at) : at);
  const miss = (at: number): number => {
    const schedule = withValue(spec, parameter, value(at));
    return schedule ? read(schedule) - target : Number.NaN;
  };
  /** Rounding may lead to a value that the family refuses. */
  const allowed = (at: number): number => {
    const near = rounded(parameter, value(at));
    return withValue(spec, parameter, near) ? near : present;
  };
  const places = Array.from({ length: PARTS + 1 }, (_, i) => from + ((to - from) * i) / PARTS);
  const misses = places.map(miss);

  const far = (at: number): number => Math.abs(at - (isRatio ? Math.log(present) : present));
  const crossings = places.flatMap((at, i) => (i > 0 && misses[i - 1]! * misses[i]! <= 0 ? [{ i, far: far(at) }] : []));
  const nearest = crossings.reduce<number | undefined>(
    (best, { i }) => (best === undefined || far(places[i]!) < far(places[best]!) ? i : best),
    undefined,
  );
  if (nearest === undefined) {
    const sizes = misses.map((size) => (Number.isNaN(size) ? Number.POSITIVE_INFINITY : Math.abs(size)));
    return allowed(places[sizes.indexOf(Math.min(...sizes))]!);
  }
  let [low, high] = [places[nearest - 1]!, places[nearest]!];
  const sign = Math.sign(misses[nearest]!) || -Math.sign(misses[nearest - 1]!);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (Math.sign(miss(middle)) === sign) high = middle;
    else low = middle;
  }
  return allowed((low + high) / 2);
}
