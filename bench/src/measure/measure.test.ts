// Reference: the timing rules of protocol.ts, on a clock that the work itself moves.
import { describe, expect, it } from 'vitest';
import { streamFeatures, timeFeatures } from './features';
import { runsFor, timeRounds } from './rounds';
import { timeTraining } from './train';
import { takeValues } from './values';

describe('takeValues', () => {
  const take = async (index: number) => 10 * (index + 1);

  it('takes as many as asked within the budget', async () => {
    expect(await takeValues({ repeats: 3, budgetMs: 1000 }, take)).toEqual([10, 20, 30]);
  });

  it('begins none after the budget is spent, but one in any case', async () => {
    // 10 + 20 is spent when the third would begin.
    expect(await takeValues({ repeats: 9, budgetMs: 30 }, take)).toEqual([10, 20]);
    expect(await takeValues({ repeats: 9, budgetMs: 31 }, take)).toEqual([10, 20, 30]);
    expect(await takeValues({ repeats: 9, budgetMs: 1 }, take)).toEqual([10]);
  });
});

describe('runsFor', () => {
  it('fills a round of 100 ms with 1 to 1000 runs', () => {
    expect([1000, 100, 40, 10, 1.5, 0.01, 0].map(runsFor)).toEqual([1, 1, 3, 10, 67, 1000, 1000]);
  });
});

describe('turns', () => {
  it('last as many values as half a second takes, and begin with a wait', async () => {
    const log: string[] = [];
    const turn = async (): Promise<void> => void log.push('turn');
    const take = async (index: number): Promise<number> => {
      log.push(`value ${index}`);
      return 200;
    };
    await takeValues({ repeats: 5, budgetMs: 1e6, turn }, take);
    expect(log).toEqual(['turn', 'value 0', 'value 1', 'value 2', 'turn', 'value 3', 'value 4']);
  });
});

describe('timeRounds', () => {
  it('gives milliseconds per run, and the first run with its preparation', async () => {
    let time = 0;
    const counts: number[] = [];
    const prepared = {
      async run(count: number) {
        counts.push(count);
        // A run takes 20 ms, the fence after each round 5 ms.
        time += 20 * count + 5;
      },
      read: async () => new Map(),
    };
    const prepare = async () => {
      time += 700;
      return prepared;
    };
    const limits = { repeats: 2, budgetMs: 1000 };
    const times = await timeRounds(prepare, limits, () => time);
    expect(times).toMatchObject({ firstMs: 725, runsPerRound: 4, all: [85 / 4, 85 / 4] });
    expect(counts).toEqual([1, 1, 4, 4]);
  });
});

describe('timeFeatures', () => {
  it('times the first batch with the opening and the others alone', async () => {
    let [time, batches] = [0, 0];
    const open = async () => {
      time += 900;
      return {
        async features() {
          time += 40;
          return Float32Array.of(++batches);
        },
      };
    };
    const limits = { repeats: 2, budgetMs: 1000 };
    const times = await timeFeatures(open, new Float32Array(3), limits, () => time);
    expect(times).toEqual({ firstMs: 940, all: [40, 40], features: Float32Array.of(3) });
  });
});

describe('streamFeatures', () => {
  /** Opening takes 700 bytes for a while; each batch of 4 images 300, and `leak` more than the one before it. */
  const stream = (leak: number, restartable = true) => {
    let [resident, peak, batches] = [100, 100, 0];
    const use = (bytes: number) => {
      resident = bytes;
      peak = Math.max(peak, bytes);
    };
    const meter = {
      resident: () => resident,
      peak: () => peak,
      ...(restartable && {
        restart() {
          peak = resident;
        },
      }),
    };
    const open = async () => {
      use(800);
      return {
        async features() {
          use(400 + leak * batches++);
          return new Float32Array();
        },
      };
    };
    return streamFeatures(open, new Float32Array(), { batch: 4, few: 10, many: 40 }, { meter, now: () => 0 });
  };

  it('reads the meter after the first batch, for few and for many', async () => {
    expect((await stream(0)).stream).toEqual({ few: 10, growthOfFew: 300, many: 40, growthOfMany: 300 });
    // Batch 2 is the last of the few (images 9 to 12), batch 9 the last of all.
    expect((await stream(5)).stream).toMatchObject({ growthOfFew: 310, growthOfMany: 345 });
    expect((await stream(5)).all).toHaveLength(9);
  });

  it('says nothing where a peak is that of a life', async () => {
    expect((await stream(5, false)).stream).toBeNull();
  });
});

describe('timeTraining', () => {
  const training = (losses: readonly number[], clock: { time: number }) => async () => {
    clock.time += 300;
    return {
      async step(index: number) {
        clock.time += 50 + index;
        return losses[index]!;
      },
    };
  };

  it('times the first step with the opening and the others alone', async () => {
    const clock = { time: 0 };
    const limits = { repeats: 2, budgetMs: 1000 };
    const times = await timeTraining(training([3, 2, 1], clock), limits, { meter: undefined, now: () => clock.time });
    expect(times).toEqual({ firstMs: 350, all: [51, 52], losses: [3, 2, 1], memory: null });
  });

  it('refuses a loss that is not finite', async () => {
    const clock = { time: 0 };
    const broken = training([3, Number.NaN], clock);
    const limits = { repeats: 2, budgetMs: 1000 };
    await expect(timeTraining(broken, limits, { meter: undefined })).rejects.toThrow('the loss of step 1 is NaN');
  });

  describe('reads the meter', () => {
    /** A process of 100 bytes before, 700 while it compiles, and 400 or more in each step. */
    const metered = (restartable: boolean) => {
      let [resident, peak] = [100, 900];
      const use = (bytes: number) => {
        resident = bytes;
        peak = Math.max(peak, bytes);
      };
      const restart = () => {
        peak = resident;
      };
      const meter = { resident: () => resident, peak: () => peak, ...(restartable && { restart }) };
      const open = async () => {
        use(700);
        const step = async (index: number) => {
          use(400 + index);
          return 1;
        };
        return { step, planned: { state: 1, temporary: 2, liveBound: 2, other: 3 } };
      };
      return timeTraining(open, { repeats: 2, budgetMs: 1e6 }, { meter });
    };

    it('from the baseline on and in the warm steps', async () => {
      const { memory } = await metered(true);
      expect(memory).toMatchObject({ baseline: 100, growth: 600, warmGrowth: 302, planned: { liveBound: 2 } });
    });

    it('and tells no warm steps apart where the peak is that of a life', async () => {
      expect((await metered(false)).memory).toMatchObject({ baseline: 100, growth: 800, warmGrowth: null });
    });
  });
});
