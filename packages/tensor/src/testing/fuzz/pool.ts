import type { DType, TypedArray } from '../../ir/dtype';
import { type Shape, sizeOf } from '../../ir/shape';
import { Tensor } from '../../ir/tensor';
import { literal } from '../../ops/elementwise';
import { evaluate } from '../../oracle/interpret';
import { Random } from './random';
import { apply, type Entry, type Source, type Step } from './recipe';

/** A value of the program that is being drawn. */
export interface Known {
  readonly place: number;
  readonly tensor: Tensor;
  readonly data: Float64Array;
  /** Any order and any rounding gives these very numbers, so that steps such as floor and comparisons can be judged. */
  readonly exact: boolean;
}

/** Exact numbers are whole multiples of this, and no larger than LARGEST_EXACT. */
const UNIT = 2 ** -10;
const LARGEST_EXACT = 2 ** 10;
/** Numbers beyond this are not drawn on: a chain of products would soon overflow. */
const LARGEST = 2 ** 12;

const SIZES = [1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 8, 9, 12, 16, 17, 20, 32, 33, 64, 65];
const USUAL_ELEMENTS = 400;
const MANY_ELEMENTS = 6000;

/** The values a program has so far, and what the next operation is drawn from. */
export class Pool {
  readonly random: Random;
  readonly entries: Entry[] = [];
  readonly known: Known[] = [];
  private readonly inputs: Record<string, TypedArray> = {};
  /** Elements that a source has at most. */
  private readonly most: number;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.most = this.random.chance(0.06) ? MANY_ELEMENTS : USUAL_ELEMENTS;
  }

  shape(leastRank = 0, mostRank = 4): number[] {
    const rank = this.random.between(leastRank, mostRank);
    const sizes: number[] = [];
    while (sizes.length < rank) {
      const room = Math.floor(this.most / sizeOf(sizes));
      const one = this.random.chance(0.1) && this.most === MANY_ELEMENTS ? 1031 : this.random.pick(SIZES);
      sizes.push(one <= room ? one : 1);
    }
    return this.random.shuffled(sizes);
  }

  /** A new source; its data are drawn unless given. */
  source(
    shape: Shape,
    dtype: DType = 'f32',
    data: TypedArray = this.draw(shape, dtype),
    kind?: Source['kind'],
  ): number {
    const place = this.entries.length;
    const drawn = kind ?? this.random.pick<Source['kind']>(['input', 'input', 'input', 'state', 'literal', 'part']);
    const own = drawn === 'part' && dtype === 'u32' ? 'state' : drawn;
    this.entries.push({ kind: own, shape, dtype, data });
    const name = `x${place}`;
    this.inputs[name] = data;
    const tensor =
      own === 'literal'
        ? literal(data as Float32Array | Uint32Array, shape)
        : new Tensor({ kind: 'input', name }, shape, dtype);
    this.known.push({ place, tensor, data: Float64Array.from(data), exact: true });
    return place;
  }

  /** f32: multiples of 1/16 in [−2, 2], sums and products of a few of which are exact; u32: mostly small. */
  private draw(shape: Shape, dtype: DType): TypedArray {
    const { random } = this;
    const count = sizeOf(shape);
    if (dtype === 'f32') return Float32Array.from({ length: count }, () => (random.below(65) - 32) / 16);
    const large = random.chance(0.1);
    return Uint32Array.from({ length: count }, () => (large ? random.bits() : random.below(9)));
  }

  /** Adds the step where its values are of use: numbers, neither huge nor many. */
  add(step: Step, keepsExact: boolean): boolean {
    const tensor = apply(step, (place) => this.at(place).tensor);
    if (tensor.size > 4 * this.most) return false;
    const [data] = evaluate([tensor], { inputs: this.inputs });
    const largest = data!.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    if (tensor.dtype === 'f32' && !(largest <= LARGEST)) return false;
    const exact =
      tensor.dtype === 'u32' ||
      (keepsExact &&
        largest <= LARGEST_EXACT &&
        step.xs.every((place) => this.at(place).exact) &&
        data!.every((x) => Number.isInteger(x / UNIT)));
    this.known.push({ place: this.entries.push(step) - 1, tensor, data: data!, exact });
    return true;
  }

  at(place: number): Known {
    return this.known[place]!;
  }

  shapeOf(place: number): Shape {
    return this.at(place).tensor.shape;
  }

  /** One of the values that pass, late ones more often so that programs grow deep; undefined where none does. */
  find(test: (known: Known) => boolean): number | undefined {
    const found = this.known.filter(test);
    if (found.length === 0) return undefined;
    const late = this.random.chance(0.65);
    return (late ? found[Math.max(0, found.length - 1 - this.random.below(3))]! : this.random.pick(found)).place;
  }

  value(dtype: DType = 'f32', leastRank = 0, mostRank = 5, test: (known: Known) => boolean = () => true): number {
    const fits = (k: Known): boolean =>
      k.tensor.dtype === dtype && k.tensor.rank >= leastRank && k.tensor.rank <= mostRank && test(k);
    return this.find(fits) ?? this.source(this.shape(leastRank, Math.max(leastRank, Math.min(mostRank, 3))), dtype);
  }

  exact(dtype: DType = 'f32'): number {
    return this.value(dtype, 0, 5, ({ exact }) => exact);
  }

  anyType(): DType {
    return this.random.chance(0.75) ? 'f32' : 'u32';
  }

  /** A value of this very shape. */
  shaped(shape: Shape, dtype: DType = 'f32'): number {
    const same = (k: Known): boolean => k.tensor.dtype === dtype && String(k.tensor.shape) === String(shape);
    return (this.random.chance(0.5) ? this.find(same) : undefined) ?? this.source(shape, dtype);
  }

  /** A value that broadcasts to `shape`, or to which `shape` broadcasts. */
  beside(shape: Shape, dtype: DType = 'f32', test: (known: Known) => boolean = () => true): number {
    const fits = ({ tensor }: Known): boolean =>
      tensor.rank <= shape.length &&
      tensor.shape.every((n, i) => n === 1 || n === shape[shape.length - tensor.rank + i]);
    const found = this.random.chance(0.6)
      ? this.find((k) => k.tensor.dtype === dtype && fits(k) && test(k))
      : undefined;
    if (found !== undefined) return found;
    const cut = this.random.chance(0.3) ? this.random.below(shape.length + 1) : 0;
    return this.source(
      shape.slice(cut).map((n) => (this.random.chance(0.3) ? 1 : n)),
      dtype,
    );
  }
}
