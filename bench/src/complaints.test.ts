// Reference: outcomes made by hand, and the tolerances of protocol.ts.
import { describe, expect, it } from 'vitest';
import { complaintsOf } from './complaints';
import type { Outcome } from './run-contestant';
import { outcome, trainJob } from './testing';

const complaints = (...outcomes: Outcome[]) => complaintsOf({ job: trainJob, outcomes });

describe('complaintsOf', () => {
  it('finds nothing wrong with agreement, with or without an adapter', () => {
    expect(complaints(outcome('noisesmith', 1), outcome('peer', 2), outcome('cpu', 3, { adapter: null }))).toEqual([]);
  });

  it('names failures, wrong results and other adapters', () => {
    expect(
      complaints(
        outcome('noisesmith', 1),
        { name: 'broken', failure: 'exit status 1' },
        outcome('wrong', 1, { errors: { loss: 0, gradients: 0.5 } }),
        outcome('elsewhere', 1, { adapter: 'another' }),
      ),
    ).toEqual([
      'broken failed: exit status 1',
      'wrong computes something else: gradients 0.5',
      'elsewhere ran on "another", the others on "one adapter"',
    ]);
  });

  it('compares the losses of the first two timed steps', () => {
    const unit = outcome('noisesmith', 1, { losses: [2, 1, 0.5] });
    expect(complaints(unit, outcome('peer', 1, { losses: [2.001, 1.0005] }))).toEqual([]);
    expect(complaints(unit, outcome('peer', 1, { losses: [2, 1, 0.7] }))).toEqual([]);
    expect(complaints(unit, outcome('peer', 1, { losses: [2, 1.1, 0.5] }))).toEqual([
      'peer has loss 1.1 in step 2, noisesmith 1',
    ]);
    expect(complaints(unit, outcome('peer', 1, { losses: [2] }))[0]).toContain('step 2');
  });
});
