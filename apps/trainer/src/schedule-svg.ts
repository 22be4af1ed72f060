import type { Schedule } from '@noisesmith/schedules';

const WIDTH = 360;
const HEIGHT = 280;
const MARGIN = { left: 48, right: 16, top: 36, bottom: 40 };
const SAMPLES = 200;

/** Infinite and extreme logSNR are drawn at the edge of the panel. */
const LOG_SNR_LIMIT = 20;

interface Panel {
  readonly title: string;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  value(schedule: Schedule, t: number): number;
}

const panels: readonly Panel[] = [
  { title: 'gamma(t)', low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1], value: (s, t) => s.gamma(t) },
  {
    title: 'logSNR(t)',
    low: -LOG_SNR_LIMIT,
    high: LOG_SNR_LIMIT,
    ticks: [-20, -10, 0, 10, 20],
    value: (s, t) => Math.min(LOG_SNR_LIMIT, Math.max(-LOG_SNR_LIMIT, s.logSnr(t))),
  },
];

const x = (t: number): number => MARGIN.left + t * (WIDTH - MARGIN.left - MARGIN.right);
const y = ({ low, high }: Panel, value: number): number =>
  HEIGHT - MARGIN.bottom - ((value - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function curve(panel: Panel, schedule: Schedule, style: string): string {
  const points = Array.from({ length: SAMPLES + 1 }, (_, i) => {
    const t = i / SAMPLES;
    return `${x(t).toFixed(1)},${y(panel, panel.value(schedule, t)).toFixed(1)}`;
  });
  return `<polyline points="${points.join(' ')}" fill="none" stroke-width="2" ${style}/>`;
}

function axes(panel: Panel): string {
  const horizontal = panel.ticks.map((tick) => {
    const at = y(panel, tick).toFixed(1);
    return `<path d="M${MARGIN.left} ${at}H${WIDTH - MARGIN.right}" stroke="#ddd"/><text x="${MARGIN.left - 6}" y="${at}" dy="4" text-anchor="end">${tick}</text>`;
  });
  const vertical = [0, 0.5, 1].map(
    (t) => `<text x="${x(t)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${t}</text>`,
  );
  const name = `<text x="${x(0.5)}" y="${HEIGHT - 6}" text-anchor="middle">t</text>`;
  return `<text x="${x(0.5)}" y="20" text-anchor="middle" font-weight="bold">${panel.title}</text>${horizontal.join('')}${vertical.join('')}${name}`;
}

/** Both curves of a schedule, plain and under an input scale, as a stand-alone SVG document. */
export function scheduleSvg(plain: Schedule, shifted: Schedule, inputScale: number): string {
  const shiftedStyle = 'stroke="#c44e00" stroke-dasharray="6 4"';
  const both = inputScale !== 1;
  const drawn = panels.map((panel, i) => {
    const curves = [curve(panel, plain, 'stroke="#0a58a8"'), ...(both ? [curve(panel, shifted, shiftedStyle)] : [])];
    return `<g transform="translate(${i * WIDTH} 0)">${axes(panel)}${curves.join('')}</g>`;
  });
  const legend = both ? `solid: b = 1, dashed: b = ${inputScale}` : '';
  const title = `Noise schedule ${plain.spec}`;
  const middle = plain.gamma(0.5);
  const description = `gamma and logSNR over t from 0 (clean) to 1 (noise); logSNR is cut at plus and minus ${LOG_SNR_LIMIT}. gamma at t = 0.5 is ${middle.toPrecision(4)}${both ? `, ${shifted.gamma(0.5).toPrecision(4)} with input scale ${inputScale}` : ''}.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * WIDTH} ${HEIGHT + 24}" width="${2 * WIDTH}" height="${HEIGHT + 24}" role="img" aria-labelledby="title description" font-family="sans-serif" font-size="12" fill="#222">
<title id="title">${escapeXml(title)}</title>
<desc id="description">${escapeXml(description)}</desc>
<rect width="100%" height="100%" fill="#fff"/>
${drawn.join('\n')}
<text x="${WIDTH}" y="${HEIGHT + 14}" text-anchor="middle">${escapeXml([plain.spec, legend].filter(Boolean).join('; '))}</text>
</svg>
`;
}
