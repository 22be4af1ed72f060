import type { StorageType } from '../../ir/dtype';

/** Something a kernel can bind: `key` is the same for two requests exactly when they mean the same memory. */
export interface Bindable {
  readonly key: string;
  /** Of its elements. */
  readonly storage: StorageType;
}

export interface Binding<B extends Bindable> {
  readonly target: B;
  readonly writable: boolean;
}

/** One buffer would be bound twice in one kernel, as elements and as quads, where one of the two writes or no place is left. */
export class MixedAccessError extends Error {}

/** A buffer is seen as an array of elements, or of quads: vectors of four neighbouring elements. */
type Width = 1 | 4;

interface Entry<B extends Bindable> {
  readonly target: B;
  readonly width: Width;
  readonly name: string;
  writable: boolean;
}

/** Names the buffers of one kernel. Names depend on the order of requests alone, so equal kernels have equal text. */
export class Bindings<B extends Bindable> {
  private readonly list: Entry<B>[] = [];

  /** @param limit buffers that one kernel can bind */
  constructor(private readonly limit = Number.POSITIVE_INFINITY) {}

  read(target: B): string {
    return this.entry(target, 1).name;
  }

  write(target: B): string {
    const entry = this.entry(target, 1);
    entry.writable = true;
    return entry.name;
  }

  /** As `read`, for an array of vec4; the target's size is a multiple of 4. */
  readQuads(target: B): string {
    return this.entry(target, 4).name;
  }

  writeQuads(target: B): string {
    const entry = this.entry(target, 4);
    entry.writable = true;
    return entry.name;
  }

  private entry(target: B, width: Width): Entry<B> {
    const known = this.list.find((e) => e.target.key === target.key && e.width === width);
    if (known) return known;
    const entry = { target, width, writable: false, name: `buf${this.list.length}` };
    this.list.push(entry);
    return entry;
  }

  /**
   * Declarations of the buffers that `body` mentions, and those buffers in binding order.
   *
   * @throws MixedAccessError
   */
  declare(body: string): { declarations: string; bindings: Binding<B>[] } {
    const used = this.list.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(body));
    // One stage of several may only read what another writes.
    const writes = (name: string): boolean => new RegExp(`\\b${name}\\[[^;]*\\] = `).test(body);
    const entries = used.map((e) => ({ ...e, writable: e.writable && writes(e.name) }));
    for (const { target, writable, name } of entries) {
      const others = entries.filter((e) => e.target.key === target.key && e.name !== name);
      const excluded = writable || others.some((e) => e.writable) || entries.length > this.limit;
      if (others.length > 0 && excluded) throw new MixedAccessError(target.key);
    }
    return {
      declarations: entries
        .map(
          ({ name, target, width, writable }, i) =>
            `@group(0) @binding(${i}) var<storage, ${writable ? 'read_write' : 'read'}> ${name}: array<${
              width === 4 ? `vec4<${target.storage}>` : target.storage
            }>;`,
        )
        .join('\n'),
      bindings: entries.map(({ target, writable }) => ({ target, writable })),
    };
  }
}
