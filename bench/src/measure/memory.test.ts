// Reference: proc(5) for the fields and their unit, in files written by hand; memory that is taken here and touched.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openMeter, statusBytes } from './memory';

const proc = mkdtempSync(join(tmpdir(), 'noisesmith-proc-'));
afterAll(() => rmSync(proc, { recursive: true, force: true }));

const status = 'Name:\tnode\nVmPeak:\t  900000 kB\nVmHWM:\t   50000 kB\nVmRSS:\t   40000 kB\nRssAnon:\t   30000 kB\n';

function fakeProcess(pid: number, ...files: string[]): void {
  mkdirSync(join(proc, String(pid)));
  for (const file of files) writeFileSync(join(proc, String(pid), file), file === 'status' ? status : '');
}

describe('statusBytes', () => {
  it('reads kibibytes and says which field is missing', () => {
    expect(statusBytes(status, 'VmRSS')).toBe(40_000 * 1024);
    expect(() => statusBytes('Name:\tnode\n', 'VmHWM')).toThrow('no VmHWM');
  });
});

describe('openMeter', () => {
  it('reads /proc and restarts the peak by its file', () => {
    fakeProcess(1, 'status', 'clear_refs');
    const meter = openMeter(1, proc)!;
    expect([meter.resident(), meter.peak()]).toEqual([40_000 * 1024, 50_000 * 1024]);
    meter.restart!();
    expect(readFileSync(join(proc, '1', 'clear_refs'), 'utf8')).toBe('5');
  });

  it('has no restart where there is no such file', () => {
    fakeProcess(2, 'status');
    expect(openMeter(2, proc)!.restart).toBeUndefined();
  });

  it('without /proc knows this process alone', () => {
    expect(openMeter(process.pid + 1, join(proc, 'none'))).toBeUndefined();
    const meter = openMeter(process.pid, join(proc, 'none'))!;
    expect(meter.restart).toBeUndefined();
    const resident = meter.resident();
    expect(meter.peak()).toBeGreaterThanOrEqual(resident);
  });

  const bytes = 2 ** 27;
  /** What was freed would hide what is taken next. */
  const held: Uint8Array[] = [];

  it.each(['/proc', join(proc, 'none')])('sees memory that is taken, with %s', (where) => {
    const meter = openMeter(process.pid, where)!;
    meter.restart?.();
    const before = meter.resident();
    held.push(new Uint8Array(bytes).fill(1));
    expect(meter.peak() - before).toBeGreaterThan(0.5 * bytes);
  });
});
