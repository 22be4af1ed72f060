import type { Graph } from '../../ir/program';
import { makePlan, type PlanOptions } from '../../plan/plan';
import { type KernelCost, siteCost } from '../../plan/tune/score';
import type { Trial } from '../../plan/tune/search';
import type { Choices, Decision, Site, TemporaryStorage } from '../../plan/tune/site';
import type { Device } from '../device';
import type { DevicePlan } from '../program';

export interface DeviceTrialOptions {
  readonly storage: TemporaryStorage;
  /** True when no more may be measured. */
  readonly over: () => boolean;
  /** Told after each kernel of a `measure` is timed. */
  readonly onKernel?: (timed: number, total: number) => void;
}

/**
 * A program on a device, timed kernel by kernel with the buffers and epilogues that it has in its place. Each `measure`
 * makes the program anew, with states of its own. A kernel is timed once, for whatever site, round or key it comes up
 * again.
 */
export class DeviceTrial implements Trial {
  /** By the kernel's text. */
  private readonly costs = new Map<string, KernelCost>();

  constructor(
    private readonly device: Device,
    private readonly graph: Graph,
    private readonly options: DeviceTrialOptions,
  ) {}

  decisions(choices: Choices): readonly Decision[] {
    return this.plan(choices).sites;
  }

  async measure(choices: Choices, keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const plan = this.plan(choices);
    const sitesOf = new Map(keys.map((key): [string, Site[]] => [key, []]));
    for (const site of plan.sites) if (site.chosen === choices.get(site.key)) sitesOf.get(site.key)?.push(site);
    await this.time(plan, choices, [...sitesOf.values()].flat());
    const found = new Map<string, number>();
    for (const [key, sites] of sitesOf) {
      const texts = sites.map(({ kernels }) => kernels.map((i) => plan.kernels[i]!.code));
      const cost = siteCost(texts, this.costs);
      if (cost !== undefined) found.set(key, cost);
    }
    return found;
  }

  together(choices: Choices, keys: readonly string[]): number | undefined {
    const { kernels, sites } = this.plan(choices);
    const theirs = new Set(sites.flatMap((site) => (keys.includes(site.key) ? site.kernels : [])));
    return siteCost([[...theirs].map((i) => kernels[i]!.code)], this.costs);
  }

  private plan(choices: Choices): DevicePlan {
    return makePlan(this.graph, this.device.target, this.planned(choices));
  }

  private planned(choices: Choices): PlanOptions {
    return { choices, storage: this.options.storage };
  }

  /** Times the kernels of these sites that were not timed before. */
  private async time({ kernels }: DevicePlan, choices: Choices, sites: readonly Site[]): Promise<void> {
    const { over, onKernel } = this.options;
    const byText = new Map(sites.flatMap((site) => site.kernels.map((i) => [kernels[i]!.code, i])));
    const fresh = [...byText].filter(([wgsl]) => !this.costs.has(wgsl));
    if (fresh.length === 0) return;
    const creation = new Map<string, number>();
    // The program below takes them.
    using _pipelines = this.device.keepPipelines();
    // One after the other: compiling in parallel, as a program does, says nothing of each.
    for (const [wgsl, i] of fresh) {
      if (over()) return;
      const start = performance.now();
      const pipeline = await this.device.pipeline(wgsl, kernels[i]!.label);
      creation.set(wgsl, performance.now() - start);
      this.device.releasePipeline(pipeline);
    }
    using program = await this.device.compile(this.graph, this.planned(choices));
    for (const [timed, [wgsl, i]] of fresh.entries()) {
      if (over()) return;
      const [time] = await program.profile({ kernels: [i] });
      const { milliseconds, firstMilliseconds } = time!;
      const compileMilliseconds = creation.get(wgsl)! + Math.max(0, firstMilliseconds - milliseconds);
      this.costs.set(wgsl, { milliseconds, compileMilliseconds });
      onKernel?.(timed + 1, fresh.length);
    }
  }
}
