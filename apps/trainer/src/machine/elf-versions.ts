/** Section types, from the Linux Standard Base, Core 5.0, chapter 10.7. */
const SECTION_VERSION_NEEDED = 0x6ffffffe;

/** Little-endian numbers at offsets of a file; 0 beyond its end. */
class Fields {
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(at: number): number {
    return at + 2 <= this.bytes.length ? this.view.getUint16(at, true) : 0;
  }

  u32(at: number): number {
    return at + 4 <= this.bytes.length ? this.view.getUint32(at, true) : 0;
  }

  u64(at: number): number {
    return this.u32(at) + this.u32(at + 4) * 2 ** 32;
  }

  /** The characters up to the next zero byte. */
  text(at: number): string {
    const end = this.bytes.indexOf(0, at);
    return String.fromCharCode(...this.bytes.subarray(at, end < 0 ? this.bytes.length : end));
  }
}

interface Section {
  readonly type: number;
  readonly offset: number;
  /** Index of the section that holds its strings. */
  readonly link: number;
}

/** Elf64_Ehdr and Elf64_Shdr of the System V ABI, chapter 4. */
function sectionsOf(fields: Fields): Section[] {
  const [table, size, count] = [fields.u64(0x28), fields.u16(0x3a), fields.u16(0x3c)];
  return Array.from({ length: count }, (_, i) => {
    const at = table + i * size;
    return { type: fields.u32(at + 4), offset: fields.u64(at + 0x18), link: fields.u32(at + 0x28) };
  });
}

/** Keeps a damaged file from leading in a circle. */
const MOST_ENTRIES = 10_000;

/** Offsets of a chain of entries, each of which says how far the next one is (0: it is the last). */
function chain(start: number, next: (at: number) => number): number[] {
  const offsets = [start];
  for (let step = next(start); step > 0 && offsets.length < MOST_ENTRIES; step = next(offsets.at(-1)!)) {
    offsets.push(offsets.at(-1)! + step);
  }
  return offsets;
}

/**
 * The versions of its libraries that a program was linked against, e.g. `libc.so.6` to `GLIBC_2.34` and others
 * (Elf64_Verneed and Elf64_Vernaux of the Linux Standard Base, Core 5.0, chapter 10.7.4).
 * @param bytes a file; one that is no ELF file of 64 bits, little-endian, gives nothing
 */
export function versionsNeeded(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  if (!(bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46)) return found;
  if (bytes[4] !== 2 || bytes[5] !== 1) return found;
  const fields = new Fields(bytes);
  const sections = sectionsOf(fields);
  for (const { link, offset, type } of sections) {
    const strings = sections[link]?.offset;
    if (type !== SECTION_VERSION_NEEDED || strings === undefined) continue;
    for (const library of chain(offset, (at) => fields.u32(at + 12))) {
      const versions = chain(library + fields.u32(library + 8), (at) => fields.u32(at + 12));
      const names = versions.map((at) => fields.text(strings + fields.u32(at + 8)));
      found.set(fields.text(strings + fields.u32(library + 4)), names);
    }
  }
  return found;
}
