import { describeTuning, type RunConfig, type RunTuning, type StepTimes } from '@noisesmith/runs';
import {
  type Ceilings,
  ceilingsLine,
  type Explanation,
  formatMilliseconds,
  groupKernels,
  groupTable,
  median,
  type Profile,
  totalLine,
} from '@noisesmith/tensor';
import { byteSize, groupedNumber, table } from '../output';

/** What `bench` found out. */
export interface Report {
  readonly config: RunConfig;
  readonly adapter: Pick<Profile, 'vendor' | 'architecture' | 'device' | 'description' | 'software'>;
  readonly parameters: number;
  /** Planned bytes of all memory. */
  readonly bytes: number;
  readonly ceilings: Ceilings;
  /** Where the choice of kernels came from, and their times; absent in an estimate. */
  readonly tuning?: RunTuning;
  readonly times?: StepTimes;
  /** Every kernel beside its floor, where that was asked for or is all there is. */
  readonly explanation?: Explanation;
}

const imagesPerSecond = (batch: number, ms: number): number => (1000 * batch) / ms;

/** A report as `--json` prints it; times in milliseconds. */
export function reportJson({
  adapter,
  bytes,
  ceilings,
  config,
  explanation,
  parameters,
  times,
  tuning,
}: Report): object {
  const { batch } = config.train;
  return {
    config,
    adapter,
    parameters,
    bytes,
    ceilings,
    ...(tuning && { tuning: tuning.source }),
    ...(times && {
      firstMs: times.firstMs,
      stepMs: { median: median(times.all), min: Math.min(...times.all), all: times.all },
      imagesPerSecond: imagesPerSecond(batch, median(times.all)),
    }),
    ...(explanation && { kernels: explanation.rows, total: explanation.total }),
  };
}

/**
 * A report for people.
 * @param shown whether to list the kernels, and how many groups of them at most (0: all)
 */
export function reportText(report: Report, shown: { readonly table: boolean; readonly top: number }): string {
  const { adapter, bytes, ceilings, config, parameters } = report;
  const name = [adapter.description, adapter.device, adapter.architecture].find((text) => text !== '') ?? 'unnamed';
  const lines = [
    `${config.preset}, batch ${config.train.batch}, on ${name}`,
    `${groupedNumber(parameters)} parameters, ${groupedNumber(bytes)} bytes (${byteSize(bytes)}) planned`,
    ceilingsLine(ceilings),
    ...(report.tuning ? [describeTuning(report.tuning)] : []),
    ...timeLines(report),
    ...(shown.table && report.explanation ? kernelLines(report.explanation, report.times, shown.top) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function timeLines({ config, explanation, times }: Report): string[] {
  const pace = (ms: number): string => `${imagesPerSecond(config.train.batch, ms).toPrecision(4)} images/s`;
  if (times) {
    const [middle, least] = [median(times.all), Math.min(...times.all)].map((ms) => ({
      ms,
      text: formatMilliseconds(ms),
    }));
    return [
      `first step ${formatMilliseconds(times.firstMs)} ms, compiling included`,
      `step ${middle!.text} ms (median of ${times.all.length}, at least ${least!.text}), ${pace(middle!.ms)}`,
    ];
  }
  if (!explanation) return [];
  const floors = 1000 * explanation.total.floorSeconds;
  return [`estimate: a step takes ${formatMilliseconds(floors)} ms at least, ${pace(floors)} at most`];
}

function kernelLines(explanation: Explanation, times: StepTimes | undefined, top: number): string[] {
  const groups = groupKernels(explanation.rows);
  const { header, rows, numeric } = groupTable(top === 0 ? groups : groups.slice(0, top));
  return [
    '',
    `${explanation.rows.length} kernels, ${groups.length} groups; first those ${times ? 'furthest above their floor' : 'of the largest floor'}`,
    table([header, ...rows], numeric).trimEnd(),
    totalLine(explanation, times && median(times.all)),
  ];
}
