// Draws a model file's graph on a canvas: what is in sight, texts where they can be read, so that thousands of nodes pan smoothly.
import { nodeSize } from '../../../../graph/formats/model/place.ts';
import type { Outline } from '../../../../graph/formats/model/outline.ts';
import type { NodeChange } from '../../../../graph/inspect/diff/diff.ts';
import type { FileArrangement } from '../../../../graph/formats/model/arrange.ts';

export interface Sight {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

export interface Colours {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly surface: string;
  readonly folded: string;
  readonly accent: string;
  readonly bad: string;
  readonly tones: Readonly<Record<Tone, string>>;
}

/** How a node differs from that of another net. */
export type Tone = Exclude<NodeChange, 'same'>;
export const toneMarks: Readonly<Record<Tone, string>> = { changed: '≠', added: '+', removed: '−' };

/** Texts are drawn from this scale on. */
const legible = 0.4;

export interface Marks {
  readonly selected: number | undefined;
  /** Nodes that are found; the others are drawn faintly. */
  readonly hits?: ReadonlySet<number> | undefined;
  readonly tones?: ReadonlyMap<number, Tone> | undefined;
}

/** The colours of the page's theme. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(name);
  return {
    text: of('--text'),
    quiet: of('--text-3'),
    line: of('--line-strong'),
    surface: of('--surface'),
    folded: of('--surface-3'),
    accent: of('--accent'),
    bad: of('--bad'),
    tones: { changed: of('--warn-soft'), added: of('--good-soft'), removed: of('--bad-soft') },
  };
}

export function draw(
  context: CanvasRenderingContext2D,
  { items, placed }: FileArrangement,
  outline: Outline,
  view: Sight,
  colours: Colours,
  { selected, hits, tones }: Marks,
): void {
  const { x, y, scale, width, height } = view;
  context.clearRect(0, 0, width, height);
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  const [left, top, right, bottom] = [-x / scale, -y / scale, (width - x) / scale, (height - y) / scale];
  context.strokeStyle = colours.quiet;
  context.lineWidth = Math.max(1, 0.6 / scale);
  context.beginPath();
  for (const route of placed.routes) {
    if (route[1]! > bottom || route.at(-1)! < top) continue;
    trace(context, route, scale >= legible);
  }
  context.stroke();
  context.textBaseline = 'middle';
  for (let at = 0; at < items.length; at++) {
    const [nodeX, nodeY] = [placed.x[at]!, placed.y[at]!];
    if (nodeX > right || nodeX + nodeSize.width < left || nodeY > bottom || nodeY + nodeSize.height < top) continue;
    const { from, to, folded } = items[at]!;
    const node = outline.nodes[from]!;
    const within = (place: number | undefined): boolean => place !== undefined && place >= from && place < to;
    let isHit = hits === undefined;
    for (let place = from; hits && !isHit && place < to; place++) isHit = hits.has(place);
    context.globalAlpha = isHit ? 1 : 0.25;
    const tone = folded ? undefined : tones?.get(from);
    context.fillStyle = tone ? colours.tones[tone] : folded ? colours.folded : colours.surface;
    context.fillRect(nodeX, nodeY, nodeSize.width, nodeSize.height);
    context.strokeStyle = within(selected) ? colours.accent : node.reason === undefined ? colours.line : colours.bad;
    context.lineWidth = within(selected) ? 3 : 1;
    context.strokeRect(nodeX, nodeY, nodeSize.width, nodeSize.height);
    if (scale < legible) continue;
    context.save();
    context.beginPath();
    context.rect(nodeX, nodeY, nodeSize.width - 6, nodeSize.height);
    context.clip();
    context.fillStyle = node.reason === undefined || folded ? colours.text : colours.bad;
    context.font = '600 13px system-ui, sans-serif';
    context.fillText(folded ? `▸ ${outline.blocks[node.block]!.name}` : node.kind, nodeX + 8, nodeY + 15);
    context.fillStyle = colours.quiet;
    context.font = '11px system-ui, sans-serif';
    const below = folded ? `${to - from} nodes` : (outline.values.get(node.outputs[0] ?? '')?.type ?? node.name);
    context.fillText(below, nodeX + 8, nodeY + 33);
    if (tone) {
      context.fillStyle = colours.text;
      context.font = '700 15px system-ui, sans-serif';
      context.fillText(toneMarks[tone], nodeX + nodeSize.width - 20, nodeY + 15);
    }
    context.restore();
  }
  context.restore();
}

function trace(context: CanvasRenderingContext2D, route: Float32Array, bent: boolean): void {
  let [fromX, fromY] = [route[0]!, route[1]!];
  context.moveTo(fromX, fromY);
  if (!bent) return context.lineTo(route.at(-2)!, route.at(-1)!);
  for (let i = 2; i < route.length; i += 2) {
    const [toX, toY] = [route[i]!, route[i + 1]!];
    const middle = (fromY + toY) / 2;
    context.bezierCurveTo(fromX, middle, toX, middle, toX, toY);
    [fromX, fromY] = [toX, toY];
  }
}

/** The item at a point of the drawing. */
export function itemAt({ items, placed }: FileArrangement, x: number, y: number): number | undefined {
  const at = items.findIndex(
    (_, i) =>
      x >= placed.x[i]! &&
      x <= placed.x[i]! + nodeSize.width &&
      y >= placed.y[i]! &&
      y <= placed.y[i]! + nodeSize.height,
  );
  return at < 0 ? undefined : at;
}
