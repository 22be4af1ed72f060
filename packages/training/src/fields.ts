import { TrainConfigError } from './errors';

interface NumberRange {
  readonly fallback: number;
  readonly least?: number;
  readonly most?: number;
  /** The ends themselves are not allowed. */
  readonly open?: boolean;
  readonly whole?: boolean;
}

/**
 * Reads the fields of one object of plain data. Every field asked for is known; `end` rejects the others. Errors name
 * the whole path, e.g. `train.optimizer.beta1`.
 */
export class Fields {
  private readonly known: string[] = [];
  private readonly values: Readonly<Record<string, unknown>>;

  /** `undefined` reads as an object without fields, so that all defaults apply. */
  constructor(
    private readonly path: string,
    value: unknown,
  ) {
    if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw new TrainConfigError(`${path} is ${JSON.stringify(value)}; expected an object`);
    }
    this.values = (value ?? {}) as Readonly<Record<string, unknown>>;
  }

  object(name: string): Fields {
    return new Fields(`${this.path}.${name}`, this.take(name));
  }

  number(name: string, { fallback, least, most, open = false, whole = false }: NumberRange): number {
    const value = this.take(name) ?? fallback;
    const inside =
      typeof value === 'number' &&
      (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
      (least === undefined || (open ? value > least : value >= least)) &&
      (most === undefined || (open ? value < most : value <= most));
    if (inside) return value;
    const low = least === undefined ? '' : open ? ` > ${least}` : ` >= ${least}`;
    const high = most === undefined ? '' : open ? ` < ${most}` : ` <= ${most}`;
    const range = [low, high].filter((part) => part !== '').join(' and');
    throw this.error(name, value, `${whole ? 'a whole number' : 'a number'}${range}`);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.take(name) ?? fallback;
    if (typeof value !== 'boolean') throw this.error(name, value, 'true or false');
    return value;
  }

  text(name: string, fallback: string): string {
    const value = this.take(name) ?? fallback;
    if (typeof value !== 'string') throw this.error(name, value, 'a string');
    return value;
  }

  oneOf<T extends string>(name: string, known: readonly T[], fallback: T): T {
    const value = this.take(name) ?? fallback;
    const found = known.find((item) => item === value);
    if (found === undefined) throw this.error(name, value, `one of ${known.join(', ')}`);
    return found;
  }

  texts(name: string, fallback: readonly string[]): readonly string[] {
    const value = this.take(name) ?? fallback;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return [...value];
    throw this.error(name, value, 'a list of strings');
  }

  /** Whether the field is absent or null. */
  absent(name: string): boolean {
    return (this.take(name) ?? null) === null;
  }

  error(name: string, value: unknown, expected: string): TrainConfigError {
    return new TrainConfigError(
      `${this.path}.${name} is ${JSON.stringify(value) ?? String(value)}; expected ${expected}`,
    );
  }

  /** @throws TrainConfigError naming a field that nobody asked for */
  end(): void {
    for (const name of Object.keys(this.values)) {
      if (this.known.includes(name)) continue;
      throw new TrainConfigError(
        `${this.path}.${name} is unknown; expected one of ${[...this.known].sort().join(', ')}`,
      );
    }
  }

  private take(name: string): unknown {
    if (!this.known.includes(name)) this.known.push(name);
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }
}
