export interface Series {
  readonly name: string;
  readonly points: readonly { readonly images: number; readonly accuracy: number }[];
}

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = { left: 56, right: 20, top: 36, bottom: 48 };
/** Told apart without colour by their dashes. Okabe & Ito's colours. */
const STYLES = [
  { colour: '#0072b2', dash: '' },
  { colour: '#d55e00', dash: '6 4' },
  { colour: '#009e73', dash: '2 3' },
];

/** Share of samples given to their class against images seen, as a picture that stands alone. */
export function curveSvg(series: readonly Series[]): string {
  const most = Math.max(...series.flatMap((s) => s.points.map((p) => p.images)), 1);
  const x = (images: number): number => MARGIN.left + (images / most) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (accuracy: number): number => HEIGHT - MARGIN.bottom - accuracy * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const step = niceStep(most / 5);
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  const text = (at: [number, number], anchor: string, content: string): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
  const rows = [0, 0.25, 0.5, 0.75, 1].flatMap((a) => [
    `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(a)}" y2="${y(a)}" stroke="#ddd"/>`,
    text([MARGIN.left - 8, y(a) + 4], 'end', `${100 * a} %`),
  ]);
  const columns = ticks.map((t) => text([x(t), HEIGHT - MARGIN.bottom + 18], 'middle', t.toLocaleString('en')));
  const lines = series.flatMap(({ name, points }, i) => {
    const { colour, dash } = STYLES[i % STYLES.length]!;
    const path = points.map((p) => `${x(p.images).toFixed(1)},${y(p.accuracy).toFixed(1)}`).join(' ');
    const left = MARGIN.left + 8 + i * 200;
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
      ...points.map(
        (p) => `<circle cx="${x(p.images).toFixed(1)}" cy="${y(p.accuracy).toFixed(1)}" r="3" fill="${colour}"/>`,
      ),
      `<line x1="${left}" x2="${left + 28}" y1="18" y2="18" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
      text([left + 34, 22], 'start', name),
    ];
  });
  const body = [...rows, ...columns, ...lines, text([WIDTH / 2, HEIGHT - 8], 'middle', 'images seen')].join('\n  ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">
  <title>Samples given to their class by a classifier, against images seen in training</title>
  <rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
  ${body}
</svg>
`;
}

/** 1, 2 or 5 times a power of ten, at least `wanted`. */
function niceStep(wanted: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(wanted, 1)));
  return [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= wanted) ?? 10 * unit;
}
