import { SettingError } from './errors';

interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  /** The ends themselves are not allowed. */
  readonly open?: boolean;
  readonly whole?: boolean;
}

/** What a field is where it is left out; without it the field has to be there. */
interface Fallback<T> {
  readonly fallback?: T;
}

type NumberField = NumberRange & Fallback<number>;

const LONGEST_VALUE = 80;

/** A value as an error shows it: on one line, and not the whole of a long one. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}...` : text;
}

function isInside(value: unknown, { least, most, open = false, whole = false }: NumberRange): value is number {
  return (
    typeof value === 'number' &&
    (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    (least === undefined || (open ? value > least : value >= least)) &&
    (most === undefined || (open ? value < most : value <= most))
  );
}

/** e.g. `whole number >= 1 and <= 8`, with the article of the one or the ending of the many. */
function rangeText({ least, most, open = false, whole = false }: NumberRange, many: boolean): string {
  const kind = whole ? 'whole number' : 'number';
  const low = least === undefined ? '' : open ? ` > ${least}` : ` >= ${least}`;
  const high = most === undefined ? '' : open ? ` < ${most}` : ` <= ${most}`;
  const range = [low, high].filter((part) => part !== '').join(' and');
  return many ? `${kind}s${range}` : `a ${kind}${range}`;
}

/**
 * Reads the fields of one object of plain data. A field that is left out is at its fallback; null is a value like any
 * other, which most fields do not take. Every field asked for is known; `end` rejects the others. Errors are a
 * {@link SettingError} with the whole path, e.g. `train.optimizer.beta1`.
 */
export class Fields {
  private readonly known: string[] = [];
  private readonly values: Readonly<Record<string, unknown>>;

  /** `undefined` reads as an object without fields, so that all defaults apply. */
  constructor(
    readonly path: string,
    value: unknown,
  ) {
    if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw new SettingError(path, `${path} is ${shown(value)}; expected an object`);
    }
    this.values = (value ?? {}) as Readonly<Record<string, unknown>>;
  }

  object(name: string): Fields {
    return new Fields(`${this.path}.${name}`, this.take(name));
  }

  number(name: string, { fallback, ...range }: NumberField): number {
    return this.read(name, fallback, rangeText(range, false), (value) => isInside(value, range));
  }

  /** A number, or null for none. */
  numberOrNull(name: string, { fallback, ...range }: NumberRange & Fallback<number | null>): number | null {
    const expected = `${rangeText(range, false)}, or null`;
    return this.read(name, fallback, expected, (value): value is number | null => {
      return value === null || isInside(value, range);
    });
  }

  /** A list of numbers, of `length` of them if that is given. */
  numbers(
    name: string,
    { fallback, length, ...range }: NumberRange & Fallback<readonly number[]> & { readonly length?: number },
  ): readonly number[] {
    const expected = `a list of ${length === undefined ? '' : `${length} `}${rangeText(range, true)}`;
    const list = this.read(name, fallback, expected, (value): value is readonly number[] => {
      const right = Array.isArray(value) && (length === undefined || value.length === length);
      return right && value.every((item) => isInside(item, range));
    });
    return [...list];
  }

  flag(name: string, fallback?: boolean): boolean {
    return this.read(name, fallback, 'true or false', (value) => typeof value === 'boolean');
  }

  text(name: string, fallback?: string): string {
    return this.read(name, fallback, 'a string', (value) => typeof value === 'string');
  }

  /** Text, or null for none. */
  textOrNull(name: string, fallback?: string | null): string | null {
    return this.read(name, fallback, 'a string, or null', (value): value is string | null => {
      return value === null || typeof value === 'string';
    });
  }

  oneOf<T extends string | number>(name: string, known: readonly T[], fallback?: NoInfer<T>): T {
    const expected = `one of ${known.join(', ')}`;
    return this.read(name, fallback, expected, (value): value is T => known.some((item) => item === value));
  }

  texts(name: string, fallback?: readonly string[]): readonly string[] {
    const list = this.read(name, fallback, 'a list of strings', (value): value is readonly string[] => {
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    });
    return [...list];
  }

  /** For what a caller finds wrong with a value that it has read. */
  error(name: string, value: unknown, expected: string): SettingError {
    const path = `${this.path}.${name}`;
    const found = value === undefined ? 'missing' : shown(value);
    return new SettingError(path, `${path} is ${found}; expected ${expected}`);
  }

  /** @throws SettingError naming a field that nobody asked for */
  end(): void {
    for (const name of Object.keys(this.values)) {
      if (this.known.includes(name)) continue;
      const path = `${this.path}.${name}`;
      throw new SettingError(path, `${path} is unknown; expected one of ${[...this.known].sort().join(', ')}`);
    }
  }

  private read<T>(name: string, fallback: T | undefined, expected: string, isRight: (value: unknown) => value is T): T {
    const given = this.take(name);
    const value = given === undefined ? fallback : given;
    if (isRight(value)) return value;
    throw this.error(name, value, expected);
  }

  private take(name: string): unknown {
    if (!this.known.includes(name)) this.known.push(name);
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }
}
