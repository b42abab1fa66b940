// A figure as one would publish it: title, what it is of, legend and the chart below each other, as one SVG document.
import { inlined, backgroundOf } from './svg-file.ts';

export interface LegendEntry {
  readonly text: string;
  readonly colour: string;
  /** Outline of the mark in a box of 12 × 12 around its middle; a square without one. */
  readonly path?: string | undefined;
}

export interface FigureText {
  readonly title: string;
  /** Below the title, a line each. */
  readonly lines: readonly string[];
  readonly legend: readonly LegendEntry[];
}

export interface Figure {
  readonly svg: string;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

const namespace = 'http://www.w3.org/2000/svg';
const margin = 20;
const lineHeight = 17;
const font = 'system-ui, sans-serif';

/** `chart` must be on the page, in the colours that the figure shall have. */
export function figureOf(chart: SVGSVGElement, { title, lines, legend }: FigureText): Figure {
  const own = chart.getBoundingClientRect();
  const colour = getComputedStyle(chart).color;
  const inner = inlined(chart);
  const root = document.createElementNS(namespace, 'svg');
  const background = element('rect', { width: '100%', height: '100%', fill: backgroundOf(chart) });
  const name = document.createElementNS(namespace, 'title');
  name.textContent = title;
  root.append(name, background, text(margin, margin + 14, title, colour, { 'font-size': 16, 'font-weight': 700 }));
  let y = margin + 14;
  let width = Math.max(own.width + 2 * margin, margin * 2 + widthOf(title, '700 16px'));
  for (const line of lines) {
    y += lineHeight;
    root.append(text(margin, y, line, colour, { 'font-size': 12, 'fill-opacity': 0.75 }));
    width = Math.max(width, margin * 2 + widthOf(line, '12px'));
  }
  let x = margin;
  if (legend.length > 0) y += lineHeight + 4;
  for (const entry of legend) {
    const wide = 18 + widthOf(entry.text, '12px') + 18;
    if (x > margin && x + wide > width - margin) [x, y] = [margin, y + lineHeight];
    root.append(
      element('path', {
        d: entry.path ?? 'M-5,-5h10v10h-10z',
        fill: entry.colour,
        transform: `translate(${x + 6},${y - 4})`,
      }),
      text(x + 18, y, entry.text, colour, { 'font-size': 12 }),
    );
    x += wide;
  }
  y += 14;
  for (const [key, value] of Object.entries({
    x: margin,
    y,
    width: own.width,
    height: own.height,
    overflow: 'visible',
  }))
    inner.setAttribute(key, String(value));
  root.append(inner);
  const height = Math.ceil(y + own.height + margin);
  width = Math.ceil(width);
  const size = { xmlns: namespace, width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': font };
  for (const [key, value] of Object.entries(size)) root.setAttribute(key, String(value));
  const svg = `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(root)}\n`;
  return { svg, width, height };
}

/** The figure as PNG with two pixels for each CSS pixel. Rejects when the browser cannot draw it. */
export async function pngOf({ svg, width, height }: Figure): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width * 2, height * 2];
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error('the browser could not make a PNG of this chart'))),
        'image/png',
      );
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

function element(kind: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(namespace, kind);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function text(x: number, y: number, content: string, fill: string, style: Record<string, number>): SVGElement {
  const made = element('text', { x, y, fill, ...style });
  made.textContent = content;
  return made;
}

let ruler: CanvasRenderingContext2D | null | undefined;
/** Pixels of a text in the figure's typeface; `style` as in `700 16px`. */
function widthOf(content: string, style: string): number {
  ruler ??= document.createElement('canvas').getContext('2d');
  if (!ruler) return content.length * 7;
  ruler.font = `${style} ${font}`;
  return ruler.measureText(content).width;
}
