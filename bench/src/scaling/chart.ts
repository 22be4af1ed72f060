import { threeDigits } from '../three-digits';
import type { Point } from './fit';

export interface Curve {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly Point[];
}

const WIDTH = 640;
const HEIGHT = 300;
const MARGIN = { left: 64, right: 24, top: 40, bottom: 48 };
/** Okabe & Ito's colours; told apart without them by their dashes. */
const STYLES = [
  { colour: '#0072b2', dash: '' },
  { colour: '#d55e00', dash: '6 4' },
];

/** Curves on doubly logarithmic axes, each relative to its first point: a line of slope 1 is linear growth. */
export function growthSvg(title: string, axis: string, curves: readonly Curve[]): string {
  const xs = [...new Set(curves.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const relative = curves.map(({ points }) => points.map(({ x, y }) => ({ x, y: y / points[0]!.y })));
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const ys = relative.flat().map(({ y }) => y);
  const [bottom, top] = [Math.min(1, ...ys), Math.max(high / low, ...ys)];
  const along = (value: number, from: number, to: number): number => Math.log(value / from) / Math.log(to / from);
  const px = (x: number): number => MARGIN.left + along(x, low, high) * (WIDTH - MARGIN.left - MARGIN.right);
  const py = (y: number): number =>
    HEIGHT - MARGIN.bottom - along(y, bottom, top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const at = ({ x, y }: Point): string => `${px(x).toFixed(1)},${py(y).toFixed(1)}`;
  const text = (x: number, y: number, anchor: string, content: string): string =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
  const linear = [
    { x: low, y: 1 },
    { x: high, y: high / low },
  ];
  const body = [
    `<polyline points="${linear.map(at).join(' ')}" fill="none" stroke="#bbb"/>`,
    text(px(high) - 6, py(high / low) + 14, 'end', 'linear'),
    ...xs.map((x) => text(px(x), HEIGHT - MARGIN.bottom + 18, 'middle', String(x))),
    ...curves.flatMap(({ name, unit, points }, i) => {
      const { colour, dash } = STYLES[i % STYLES.length]!;
      const left = MARGIN.left + i * 280;
      const first = `${name}: ${threeDigits(points[0]!.y)} to ${threeDigits(points[points.length - 1]!.y)} ${unit}`;
      return [
        `<polyline points="${relative[i]!.map(at).join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
        ...relative[i]!.map(
          (p) => `<circle cx="${px(p.x).toFixed(1)}" cy="${py(p.y).toFixed(1)}" r="3" fill="${colour}"/>`,
        ),
        `<line x1="${left}" x2="${left + 28}" y1="20" y2="20" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
        text(left + 34, 24, 'start', first),
      ];
    }),
    text(WIDTH / 2, HEIGHT - 8, 'middle', axis),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">
  <title>${title}</title>
  <rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
  ${body.join('\n  ')}
</svg>
`;
}
