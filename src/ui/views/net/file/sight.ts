// What of a large graph is in sight: its beginning at first, a node when it is asked for.
import type { FileArrangement } from '../../../../graph/formats/model/arrange.ts';
import { nodeSize } from '../../../../graph/formats/model/place.ts';
import type { Viewport } from '../viewport.svelte.ts';

/** Texts can be read at it. */
const legible = 0.6;

/** All of it where its texts can then be read, else its first node and what follows. */
export function fitBeginning(viewport: Viewport, arrangement: FileArrangement | undefined): void {
  viewport.fit(legible);
  const first = arrangement?.placed.x[0];
  if (first === undefined || viewport.content.width * viewport.scale <= viewport.width) return;
  viewport.x = viewport.width / 2 - (first + nodeSize.width / 2) * viewport.scale;
}

/** Centres a node, or the block that it is folded into. */
export function bringIntoView(viewport: Viewport, arrangement: FileArrangement | undefined, node: number): void {
  const at = arrangement?.items.findIndex(({ from, to }) => node >= from && node < to) ?? -1;
  if (!arrangement || at < 0) return;
  if (viewport.scale < 0.5) viewport.scale = 0.8;
  viewport.centre(arrangement.placed.x[at]! + nodeSize.width / 2, arrangement.placed.y[at]! + nodeSize.height / 2);
}
