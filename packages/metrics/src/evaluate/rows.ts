import type { Evaluation, MeasuredSet, RepeatedNumbers } from './result';

/** What a number is called, the number, and what has to stand beside it; '' where that is nothing. */
export type NumberRow = readonly [label: string, value: string, beside: string];

const grouped = new Intl.NumberFormat('en-US');
const groupedNumber = (value: number): string => grouped.format(value);

const number = (value: number): string => {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e7) ? value.toExponential(4) : String(Number(value.toPrecision(6)));
};

/** A set in a line: path, how many, format, the beginning of its fingerprint. */
const setLine = ({ count, fingerprint, format, path }: MeasuredSet): string => {
  const many = count === null ? 'unknown number' : groupedNumber(count);
  return `${path} (${many}, ${format}${fingerprint === undefined ? '' : `, ${fingerprint.slice(0, 12)}`})`;
};

/** Labels of the numbers that repeats summarize, by their names in the result. */
const labels: Readonly<Record<Exclude<keyof RepeatedNumbers, 'count' | 'images'>, string>> = {
  fid: 'Fréchet distance (fid)',
  sfid: 'spatial Fréchet distance (sfid)',
  kid: 'kernel distance (kid)',
  precision: 'precision',
  recall: 'recall',
  density: 'density',
  coverage: 'coverage',
  inceptionScore: 'Inception Score (is)',
  mind: 'sliced Wasserstein distance (mind)',
};

/** The numbers of an evaluation, as a terminal and a page show them. */
export function numberRows(found: Evaluation): readonly NumberRow[] {
  const { coverage, density, fid, fidInfinity, inceptionScore, k, kid, memorisation, mind, precision, recall, sfid } =
    found;
  const rows: (NumberRow | false | undefined)[] = [
    fid !== undefined && [labels.fid, number(fid), ''],
    fidInfinity && [
      'Fréchet distance of infinitely many',
      number(fidInfinity.value),
      `slope ${number(fidInfinity.slope)}`,
    ],
    sfid !== undefined && [labels.sfid, number(sfid), ''],
    kid && [
      labels.kid,
      number(kid.full ?? kid.mean),
      `${kid.subsets} subsets of ${kid.subsetSize}: ${number(kid.mean)} ± ${number(kid.std)}`,
    ],
    precision !== undefined && [labels.precision, number(precision), `k ${k}`],
    recall !== undefined && [labels.recall, number(recall), `k ${k}`],
    density !== undefined && [labels.density, number(density), `k ${k}`],
    coverage !== undefined && [labels.coverage, number(coverage), `k ${k}`],
    inceptionScore && [
      labels.inceptionScore,
      number(inceptionScore.mean),
      [
        inceptionScore.splits === 1
          ? '1 split'
          : `± ${number(inceptionScore.std)} over ${inceptionScore.splits} splits`,
        ...(inceptionScore.logitBias === undefined
          ? []
          : [`logits ${inceptionScore.logitBias ? 'with' : 'without'} bias`]),
      ].join(', '),
    ],
    mind !== undefined && [labels.mind, number(mind), ''],
    memorisation && [
      'samples nearer to the reference than unseen images',
      `${(100 * memorisation.nearer).toFixed(1)} %`,
      `50 %: no sign of memory; nearest ${number(memorisation.samples.minimum)}, median ${number(memorisation.samples.median)}; ${memorisation.unseenAre} images ${number(memorisation.unseen.minimum)}, ${number(memorisation.unseen.median)}`,
    ],
  ];
  return rows.filter((row) => row !== false && row !== undefined);
}

/** The numbers of the random parts, the first row about the parts themselves. */
export function repeatRows({ count, images, ...summaries }: RepeatedNumbers): readonly (readonly string[])[] {
  const rows = Object.entries(summaries).map(([name, { maximum, mean, minimum }]) => [
    labels[name as keyof typeof labels],
    `mean ${number(mean)}`,
    `minimum ${number(minimum)}`,
    `maximum ${number(maximum)}`,
  ]);
  return [[`in ${count} random parts of ${groupedNumber(images)} samples`], ...rows];
}

/** What was measured, by which network and how: name and value of each. */
export function aboutRows({
  heldOut,
  network,
  reference,
  resize,
  samples,
  seed,
  weights,
}: Evaluation): readonly (readonly [name: string, value: string])[] {
  return [
    ['samples', setLine(samples)],
    ...(reference ? [['reference', setLine(reference)] as const] : []),
    ...(heldOut ? [['held-out', setLine(heldOut)] as const] : []),
    ['network', network ?? 'not known'],
    ...(weights ? [['weights', `SHA-256 ${weights}`] as const] : []),
    ...(resize ? [['resize', resize] as const] : []),
    ['seed', String(seed)],
  ];
}

/** The closest pairs of memorisation: sample, reference image, distance. */
export const pairRows = ({ memorisation }: Evaluation): readonly (readonly [string, string, string])[] =>
  (memorisation?.closest ?? []).map(({ distance, referenceName, sampleName }) => [
    sampleName,
    referenceName,
    number(distance),
  ]);
