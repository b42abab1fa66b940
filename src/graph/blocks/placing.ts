// Where each line of a document stands: stem, stage, head, join or part, how often it is repeated, and what its modules are called.
import type { BlockLine, Header } from '../architecture.ts';
import type { Block, Place } from './block.ts';
import { blocks } from './index.ts';
import type { NetFamily } from './naming.ts';
import { scaleDepth } from './rounding.ts';

/** A line with its definition, its place and its scaled repeats. */
export interface PlacedLine {
  readonly line: BlockLine;
  readonly block: Block;
  readonly place: Place;
  /** Position in `Architecture.blocks`. */
  readonly number: number;
  /** Counts stages; for stem and head lines, the stage above. */
  readonly stage: number;
  readonly repeats: number;
  /** The part that the line belongs to; undefined in the backbone. */
  readonly part?: string;
}

/** Finds each line's place and stage, and scales repeats per stage. Lines of unknown words were reported by the parser. */
export function placeLines(lines: readonly BlockLine[], header: Header, family: NetFamily): PlacedLine[] {
  const placed: PlacedLine[] = [];
  let stage = -1;
  const known = lines.flatMap((line, number) => {
    const block = blocks.get(line.word);
    return block ? [{ line, number, block }] : [];
  });
  let pooled = false;
  let part: string | undefined;
  for (const [i, { line, number, block }] of known.entries()) {
    if (block.place === 'part') {
      part = String(line.args.name);
      placed.push({ line, block, place: 'part', number, stage, repeats: 1, part });
      continue;
    }
    if (part !== undefined) {
      placed.push({ line, block, place: 'stage', number, stage, repeats: line.repeats, part });
      continue;
    }
    if (block.place === 'head') pooled = true;
    const first = known.slice(0, i).every((above) => above.line.word === 'logmel');
    const place = line.word === 'conv' ? convPlace(first, line, known[i + 1]?.line, pooled, family) : block.place;
    if (place === 'stage' && (!line.sameStage || stage < 0)) stage++;
    placed.push({ line, block, place, number, stage, repeats: line.repeats });
  }
  if (header.depth === 1) return placed;
  const scaled = new Map<BlockLine, number>();
  for (let s = 0; s <= stage; s++) {
    const free = placed.filter(
      (item) => item.place === 'stage' && item.part === undefined && item.stage === s && !item.line.args.fixdepth,
    );
    const rounding = free.some((item) => item.line.args.rounddepth) ? 'nearest' : 'up';
    scaleDepth(
      free.map((item) => item.repeats),
      header.depth,
      rounding,
    ).forEach((repeats, i) => scaled.set((free[i] as PlacedLine).line, repeats));
  }
  return placed.map((item) => ({ ...item, repeats: scaled.get(item.line) ?? item.repeats }));
}

/** The first line is the stem; below `pool`, or directly above it or the first part where the family has its head there, it is the head. */
function convPlace(
  first: boolean,
  line: BlockLine,
  next: BlockLine | undefined,
  pooled: boolean,
  family: NetFamily,
): Place {
  if (first) return 'stem';
  if (pooled || (family.headBeforePool && !line.sameStage && (next?.word === 'pool' || next?.word === 'part')))
    return 'head';
  return 'stage';
}

/** What counts the line’s index: lines of a stage and of a part count together, stem and head lines by their word. */
export function slotOf({ line, place, stage, part }: PlacedLine, family: NetFamily): string {
  if (part !== undefined) return `part ${part}`;
  return place === 'stage' ? `stage ${family.blockIsStage ? '' : stage}` : `${place} ${line.word}`;
}

/** Module path: `head.2` in a part, `blocks.1.0` in a stage, `maxpool` for a join of the backbone; empty for stem and head. */
export function nameOf({ line, place, stage, part }: PlacedLine, family: NetFamily, index: number): string {
  if (part !== undefined) return `${part}.${index}`;
  if (place === 'join') return index === 0 ? line.word : `${line.word}_${index}`;
  return place === 'stage' ? family.blockName(stage, index) : '';
}

/** True for the last line of a stage of the backbone; joins may stand between its lines. */
export function endsStage(lines: readonly PlacedLine[], position: number): boolean {
  const { place, stage, part } = lines[position] as PlacedLine;
  if (place !== 'stage' || part !== undefined) return false;
  return !lines
    .slice(position + 1)
    .some((item) => item.place === 'stage' && item.stage === stage && item.part === undefined);
}
