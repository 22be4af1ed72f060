export interface Point {
  /** That training had seen. */
  readonly images: number;
  /** Share of samples that are given to their class. */
  readonly accuracy: number;
  /** Squared Fréchet distance of the samples' features to those of the data. */
  readonly frechet: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

const WIDTH = 640;
const LEFT = 56;
const RIGHT = 20;
const TOP = 36;
const PANEL = 276;
const BETWEEN = 40;
const BOTTOM = 48;
const HEIGHT = TOP + 2 * PANEL + BETWEEN + BOTTOM;
/** Told apart without colour by their dashes. Okabe & Ito's colours. */
const STYLES = [
  { colour: '#0072b2', dash: '' },
  { colour: '#d55e00', dash: '6 4' },
  { colour: '#009e73', dash: '2 3' },
];

type Text = (x: number, y: number, anchor: string, content: string) => string;
const text: Text = (x, y, anchor, content) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;

/** What is drawn above one another: a title, lines at some values, and where a point stands. */
interface Panel {
  readonly title: string;
  readonly top: number;
  readonly rows: readonly { readonly at: number; readonly label: string }[];
  readonly y: (point: Point) => number;
}

/** Share of samples given to their class, from 0 to 100 %. */
function accuracyPanel(top: number): Panel {
  const place = (share: number): number => top + PANEL * (1 - share);
  return {
    title: 'samples given to their class',
    top,
    rows: [0, 0.25, 0.5, 0.75, 1].map((share) => ({ at: place(share), label: `${100 * share} %` })),
    y: ({ accuracy }) => place(accuracy),
  };
}

/** Fréchet distance on a logarithmic scale of whole 1, 2, 5 times powers of ten. */
function frechetPanel(top: number, points: readonly Point[]): Panel {
  const above = points.map(({ frechet }) => frechet).filter((value) => value > 0);
  const values = above.length > 0 ? above : [1];
  const steps = Array.from({ length: 27 }, (_, i) => [1, 2, 5][i % 3]! * 10 ** (Math.floor(i / 3) - 4));
  const low = steps.findLast((step) => step <= Math.min(...values)) ?? steps[0]!;
  const high = steps.find((step) => step >= Math.max(...values, 2 * low)) ?? steps.at(-1)!;
  const place = (value: number): number => {
    const share = Math.log(Math.max(value, low) / low) / Math.log(high / low);
    return top + PANEL * (1 - Math.min(1, share));
  };
  const shown = steps.filter((step) => step >= low && step <= high);
  return {
    title: 'Fréchet distance to MNIST on features of the classifier',
    top,
    rows: shown.map((step) => ({ at: place(step), label: String(Number(step.toPrecision(1))) })),
    y: ({ frechet }) => place(frechet),
  };
}

/** Both measures against images seen, one above the other, as a picture that stands alone. */
export function curveSvg(series: readonly Series[]): string {
  const points = series.flatMap((one) => one.points);
  const most = Math.max(...points.map(({ images }) => images), 1);
  const x = (images: number): number => LEFT + (images / most) * (WIDTH - LEFT - RIGHT);
  const step = niceStep(most / 5);
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  const panels = [accuracyPanel(TOP), frechetPanel(TOP + PANEL + BETWEEN, points)];
  const body = panels.flatMap((panel) => [
    text(LEFT, panel.top - 10, 'start', panel.title),
    ...panel.rows.flatMap(({ at, label }) => [
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" stroke="#ddd"/>`,
      text(LEFT - 8, at + 4, 'end', label),
    ]),
    ...series.flatMap((one, i) => lineOf(one, i, x, panel)),
  ]);
  const names = series.flatMap(({ name }, i) => {
    const { colour, dash } = STYLES[i % STYLES.length]!;
    const left = WIDTH - RIGHT - (series.length - i) * 150;
    return [
      `<line x1="${left}" x2="${left + 28}" y1="18" y2="18" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
      text(left + 34, 22, 'start', name),
    ];
  });
  const columns = ticks.map((t) => text(x(t), HEIGHT - BOTTOM + 18, 'middle', t.toLocaleString('en')));
  const all = [...body, ...names, ...columns, text(WIDTH / 2, HEIGHT - 8, 'middle', 'images seen')].join('\n  ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">
  <title>Samples given to their class by a classifier, and their Fréchet distance to MNIST, against images seen in training</title>
  <rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
  ${all}
</svg>
`;
}

function lineOf({ points }: Series, index: number, x: (images: number) => number, { y }: Panel): string[] {
  const { colour, dash } = STYLES[index % STYLES.length]!;
  const places = points.map((point) => [x(point.images).toFixed(1), y(point).toFixed(1)] as const);
  return [
    `<polyline points="${places.map((place) => place.join(',')).join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
    ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
  ];
}

/** 1, 2 or 5 times a power of ten, at least `wanted`. */
function niceStep(wanted: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(wanted, 1)));
  return [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= wanted) ?? 10 * unit;
}
