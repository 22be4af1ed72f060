// Reference: the rules of the formats, and the checksums that stand in the mutated files; planted faults, which have to
// be found.
import { Gunzip } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readIdx } from '../../idx';
import { fuzz } from './fuzz';
import { mutated } from './mutate';
import { Random } from './random';
import { allSubjects, type Subject } from './subjects';

it('readers refuse mutated files in one line, or read what was written', async () => {
  const { accepted, files, reports } = await fuzz({ seed: 1, count: 150 });
  expect(reports).toEqual([]);
  // Else the mutations would be too coarse, or too fine, to find anything.
  expect(accepted / files).toBeGreaterThan(0.02);
  expect(accepted / files).toBeLessThan(0.5);
});

it('a mutation is a function of the seed', () => {
  for (const { file, text } of allSubjects()) {
    const of = (seed: number) => Buffer.from(mutated(file, text, new Random(seed))).toString('hex');
    expect(of(3)).toBe(of(3));
    expect(new Set(Array.from({ length: 40 }, (_, seed) => of(seed))).size).toBeGreaterThan(20);
  }
});

describe('finds a reader that', () => {
  const subject = (name: string): Subject => allSubjects().find((one) => one.name === name)!;
  const reports = async (planted: Subject) => (await fuzz({ seed: 1, count: 150, subjects: [planted] })).reports.join();

  it('does not look at the checksum', async () => {
    const careless: Subject['readers'][number] = async (bytes) => {
      const content = new Uint8Array(1000);
      let length = 0;
      const stream = new Gunzip((piece) => {
        content.set(piece, length);
        length += piece.length;
      });
      stream.push(bytes);
      return new Map([['', readIdx(content.subarray(0, length), { name: 'file' })]]);
    };
    expect(await reports({ ...subject('idx.gz'), readers: [careless] })).toContain(
      'another array than its checksum is of',
    );
  });

  it('takes the last of two tensors of one name', async () => {
    const { readers, ...rest } = subject('safetensors');
    const once: Subject['readers'][number] = async (bytes) => {
      const length = new DataView(bytes.buffer).getUint32(0, true);
      const text = JSON.stringify(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).padEnd(length);
      const file = bytes.slice();
      file.set(new TextEncoder().encode(text).subarray(0, length), 8);
      return readers[0]!(file);
    };
    const found = await reports({ ...rest, readers: [once, readers[1]!] });
    expect(found).toContain('one reader accepts it, another does not');
  });

  it('lets an error of the language through', async () => {
    const { readers, ...rest } = subject('npy');
    const rash: Subject['readers'][number] = async (bytes) => {
      new DataView(bytes.buffer).getUint16(8);
      return readers[0]!(bytes);
    };
    expect(await reports({ ...rest, readers: [rash] })).toContain('RangeError');
  });
});
