import type { DType } from '../ir/dtype';

/** Something a kernel can bind: `key` is the same for two requests exactly when they mean the same memory. */
export interface Bindable {
  readonly key: string;
  readonly dtype: DType;
}

export interface Binding<B extends Bindable> {
  readonly target: B;
  readonly writable: boolean;
}

/** Names the buffers of one kernel. Names depend on the order of requests alone, so equal kernels have equal text. */
export class Bindings<B extends Bindable> {
  private readonly names = new Map<string, string>();
  private readonly list: { target: B; writable: boolean; name: string }[] = [];

  read(target: B): string {
    return this.entry(target).name;
  }

  write(target: B): string {
    const entry = this.entry(target);
    entry.writable = true;
    return entry.name;
  }

  private entry(target: B): { target: B; writable: boolean; name: string } {
    const known = this.names.get(target.key);
    if (known) return this.list.find((e) => e.name === known)!;
    const entry = { target, writable: false, name: `buf${this.list.length}` };
    this.names.set(target.key, entry.name);
    this.list.push(entry);
    return entry;
  }

  /** Declarations of the buffers that `body` mentions, and those buffers in binding order. */
  declare(body: string): { declarations: string; bindings: Binding<B>[] } {
    const used = this.list.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(body));
    // One stage of several may only read what another writes.
    const writes = (name: string): boolean => new RegExp(`\\b${name}\\[[^;]*\\] = `).test(body);
    const entries = used.map((e) => ({ ...e, writable: e.writable && writes(e.name) }));
    return {
      declarations: entries
        .map(
          ({ name, target, writable }, i) =>
            `@group(0) @binding(${i}) var<storage, ${writable ? 'read_write' : 'read'}> ${name}: array<${target.dtype}>;`,
        )
        .join('\n'),
      bindings: entries.map(({ target, writable }) => ({ target, writable })),
    };
  }
}
