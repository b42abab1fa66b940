// The net as a picture for papers and slides: a standalone SVG on white, with nothing of the page around it.
import type { Accounting } from '../../graph/cost/cost.ts';
import { bytes, shapeText, si } from '../parts/format.ts';
import { heatOf, heatScale, showMetric } from '../state/measurements/heat.ts';
import { cardTexts } from './card-texts.ts';
import type { Layout } from './layout.ts';
import type { PlacedUnit } from './placed.ts';
import { sizes } from './sizes.ts';
import type { Scene } from './scene.ts';
import { textWidth } from './text-width.ts';

const margin = 24;
const titleHeight = 54;
const footerHeight = 28;
/** The page's light colours, fixed: a picture has no theme. */
const colours = {
  text: '#161a22',
  quiet: '#4a5261',
  faint: '#5f697d',
  line: '#c3c9d2',
  skip: '#2f9d8f',
  reduces: '#4c78c8',
  heat: '#e8590c',
} as const;

export interface NetImage {
  readonly svg: string;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** Draws a laid-out scene, blocks shaded by multiply-accumulates. Texts are escaped: names may hold anything. */
export function netImage(
  name: string,
  hash: string,
  scene: Scene,
  layout: Layout,
  accounting: Accounting,
  day: Date,
): NetImage {
  const heat = heatOf('macs', accounting, undefined);
  const shade = heatScale(scene.units, heat);
  const height = Math.ceil(layout.height + 2 * margin + titleHeight + footerHeight);
  const { total } = accounting;
  const resolution = scene.units[0]?.input ?? [];
  const facts = `${shapeText(resolution)} input · ${scene.units.length} blocks · ${si(total.params)} parameters · ${si(total.macs.total)} MACs · ${bytes(total.peakLiveBytes)} peak`;
  const width = Math.ceil(Math.max(layout.width, textWidth(facts, 12), textWidth(name, 20)) + 2 * margin);
  const body = [
    ...layout.columns.map(({ title, x, y, width: columnWidth, parted, bottom }) =>
      [
        text(x + columnWidth / 2, y - 6, title, {
          size: 13,
          weight: 600,
          anchor: 'middle',
          fill: colours.quiet,
        }),
        parted ? `<path d="M${x - 34} ${y + 6}V${bottom}" stroke="${colours.line}" stroke-dasharray="3 5"/>` : '',
      ].join(''),
    ),
    ...layout.edges.map(
      ({ path }) => `<path d="${path}" stroke="${colours.faint}" stroke-width="1.25" marker-end="url(#tip)"/>`,
    ),
    ...layout.skips.map(
      ({ path, at: [x, y] }) =>
        `<path d="${path}" stroke="${colours.skip}" stroke-width="1.5"/>` +
        `<circle cx="${x}" cy="${y}" r="5.5" fill="#fff" stroke="${colours.skip}" stroke-width="1.5"/>` +
        `<path d="M${x - 2.5} ${y}h5m-2.5 -2.5v5" stroke="${colours.skip}" stroke-width="1.5"/>`,
    ),
    ...layout.units.map((placed) =>
      card(placed, shade(heat(placed.unit.nodes)), showMetric('macs', heat(placed.unit.nodes))),
    ),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" fill="none">
<title>${escape(name)}: ${facts}</title>
<defs><marker id="tip" viewBox="0 0 6 6" refX="5.4" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6z" fill="${colours.faint}"/></marker></defs>
<rect width="100%" height="100%" fill="#fff"/>
${text(margin, margin + 16, name, { size: 18, weight: 700, fill: colours.text })}
${text(margin, margin + 36, facts, { size: 12, fill: colours.quiet })}
<g transform="translate(${margin} ${margin + titleHeight})">
${body.join('\n')}
</g>
${text(margin, height - margin + 4, `Bottleneck · net ${hash} · ${day.toISOString().slice(0, 10)} · shaded by MACs`, { size: 10, fill: colours.faint })}
</svg>
`;
  return { svg, width, height };
}

function card({ unit, x, y, width, height }: PlacedUnit, heat: number, value: string): string {
  const texts = cardTexts(unit, width, value);
  const box = `x="${x}" y="${y}" width="${width}" height="${height}" rx="5"`;
  const quiet = { size: sizes.text, fill: colours.quiet } as const;
  return [
    `<rect ${box} fill="#fff" stroke="${colours.line}"/>`,
    `<rect ${box} fill="${colours.heat}" fill-opacity="${(heat * 0.42).toFixed(3)}"/>`,
    unit.reduces ? `<path d="M${x + 14} ${y}h${width - 28}l-7 4h${42 - width}z" fill="${colours.reduces}"/>` : '',
    text(x + 10, y + 17, texts.word, { size: 13, weight: 600, fill: colours.text }),
    text(x + 10, y + 33, texts.detail, quiet),
    text(x + width - 10, y + 17, texts.shape, { ...quiet, anchor: 'end' }),
    text(x + width - 10, y + 33, texts.value, { ...quiet, anchor: 'end' }),
  ].join('');
}

interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly weight?: number;
  readonly anchor?: 'middle' | 'end';
}

function text(x: number, y: number, content: string, { size, fill, weight, anchor }: TextStyle): string {
  const style = `font-size="${size}"${weight ? ` font-weight="${weight}"` : ''}${anchor ? ` text-anchor="${anchor}"` : ''}`;
  return `<text x="${x}" y="${y}" ${style} fill="${fill}">${escape(content)}</text>`;
}

const escape = (content: string): string =>
  content.replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? '',
  );
