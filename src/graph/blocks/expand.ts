// Architecture → graph: numbers stages and blocks, scales width and depth as the family's code does, and lets each block build its nodes.
import { ShapeError } from '../../gpu-kernels/op.ts';
import type { Architecture, BlockLine, Header } from '../architecture.ts';
import { blocks } from './index.ts';
import type { Arguments, Block, Place } from './block.ts';
import { GraphBuilder } from '../ir/builder.ts';
import { familyNamed, type NetFamily } from './naming.ts';
import type { InferredGraph, NodeFacts, Problem } from '../ir/graph.ts';
import { limits, withCommas } from '../limits.ts';
import { roundChannels, scaleDepth } from './rounding.ts';

export interface Expansion {
  /** Undefined when some line could not be built. */
  readonly graph?: InferredGraph;
  readonly problems: readonly Problem[];
}

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
}

/**
 * Builds the whole net with shapes, parameters and costs. `name` is the graph's name. Never throws: what does not fit
 * is a problem with the line's range, and stops the building there; problems that leave a graph come with it.
 */
export function expand(architecture: Architecture, name: string): Expansion {
  const { header } = architecture;
  const family = familyNamed(header.family);
  const problems: Problem[] = [];
  const builder = new GraphBuilder(name);
  const [channels, height, width] = header.input;
  builder.input([1, height, width, channels]);
  const lines = placeLines(architecture.blocks, header, family);
  const indices: Record<string, number> = {};
  const caps = new Caps();
  for (const [position, placed] of lines.entries()) {
    const { line, block, place, stage } = placed;
    const before = builder.nodes.length;
    for (let repeat = 0; repeat < placed.repeats; repeat++) {
      const slot = place === 'stage' ? `stage ${family.blockIsStage ? '' : stage}` : `${place} ${line.word}`;
      const index = indices[slot] ?? 0;
      indices[slot] = index + 1;
      builder.origin = { block: placed.number, repeat };
      try {
        block.expand(builder, argumentsOf(line, block, header, repeat), {
          header,
          family,
          place,
          stage,
          index,
          name: place === 'stage' ? family.blockName(stage, index) : '',
          repeat,
          round: (wish) => roundChannels(wish, header.round),
        });
        if (family.blockIsStage && place === 'stage') builder.endStage(family.stageName(index));
        caps.check(builder);
      } catch (error) {
        problems.push(problemOf(error, line));
        return { problems };
      }
    }
    if (line.args.skip && !builder.nodes.slice(before).some((node) => node.op === 'add')) problems.push(noSkip(line));
    const next = lines[position + 1];
    if (place === 'stage' && !family.blockIsStage && (!next || next.stage !== stage || next.place !== 'stage'))
      builder.endStage(family.stageName(stage));
  }
  const expected = header.expectParams;
  if (expected !== undefined && expected !== caps.parameters)
    problems.push(miscounted(architecture, expected, caps.parameters));
  return { graph: builder.graph(), problems };
}

/** Counts nodes as they come, and refuses those beyond the caps of limits.ts. */
class Caps {
  parameters = 0;
  #counted = 0;

  check(builder: GraphBuilder): void {
    const fix = 'use a smaller width, expansion or channel count';
    for (const { id } of builder.nodes.slice(this.#counted)) {
      const { shape, parameterCount } = builder.facts.get(id) as NodeFacts;
      this.parameters += parameterCount;
      // Of a vector the last axis is features or classes, which have limits of their own.
      const channels = shape.length > 2 ? builder.channels(id) : 0;
      if (channels > limits.channels) {
        throw new ShapeError(
          `${withCommas(channels)} channels are more than the ${withCommas(limits.channels)} allowed`,
          fix,
        );
      }
    }
    this.#counted = builder.nodes.length;
    if (this.parameters > limits.parameters) {
      throw new ShapeError(`the net has more than ${withCommas(limits.parameters)} parameters from here on`, fix);
    }
  }
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
  for (const [i, { line, number, block }] of known.entries()) {
    if (block.place === 'head') pooled = true;
    const place = line.word === 'conv' ? convPlace(i === 0, line, known[i + 1]?.line, pooled, family) : block.place;
    if (place === 'stage' && (!line.sameStage || stage < 0)) stage++;
    placed.push({ line, block, place, number, stage, repeats: line.repeats });
  }
  if (header.depth === 1) return placed;
  const scaled = new Map<BlockLine, number>();
  for (let s = 0; s <= stage; s++) {
    const free = placed.filter((item) => item.place === 'stage' && item.stage === s && !item.line.args.fixdepth);
    const rounding = free.some((item) => item.line.args.rounddepth) ? 'nearest' : 'up';
    scaleDepth(
      free.map((item) => item.repeats),
      header.depth,
      rounding,
    ).forEach((repeats, i) => scaled.set((free[i] as PlacedLine).line, repeats));
  }
  return placed.map((item) => ({ ...item, repeats: scaled.get(item.line) ?? item.repeats }));
}

/** The first line is the stem; below `pool`, or directly above it where the family has its head there, it is the head. */
function convPlace(
  first: boolean,
  line: BlockLine,
  next: BlockLine | undefined,
  pooled: boolean,
  family: NetFamily,
): Place {
  if (first) return 'stem';
  if (pooled || (family.headBeforePool && !line.sameStage && next?.word === 'pool')) return 'head';
  return 'stage';
}

/** Defaults filled in, channels scaled, stride on the first repeat only. */
function argumentsOf(line: BlockLine, block: Block, header: Header, repeat: number): Arguments {
  const args: Record<string, Arguments[string]> = {};
  const fixed =
    line.args.fixwidth === true || (typeof line.args.fixbelow === 'number' && header.width < line.args.fixbelow);
  for (const argument of block.args) {
    const value = line.args[argument.key] ?? argument.default;
    const scales = argument.scales && !fixed && header.width !== 1 && typeof value === 'number';
    args[argument.key] = scales ? roundChannels(value * header.width, header.round) : value;
  }
  if (repeat > 0 && args.s !== undefined) args.s = 1;
  return args;
}

function problemOf(error: unknown, line: BlockLine): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const fix = error instanceof ShapeError && error.fix ? `; ${error.fix}` : '';
  return { severity: 'error', message: `${line.word}: ${message}${fix}.`, range: line.range };
}

function noSkip(line: BlockLine): Problem {
  const range = line.argRanges.skip ?? line.range;
  const message = `${line.word}: no repeat of this line has equal input and output shapes, so there is nothing to skip.`;
  return { severity: 'warning', message, range, fix: { label: 'Remove skip', range, insert: '' } };
}

function miscounted({ headerRanges }: Architecture, expected: number, parameters: number): Problem {
  const range = headerRanges?.expect ?? { from: 0, to: 0 };
  const fix = headerRanges?.expect && {
    label: `Expect ${withCommas(parameters)}`,
    range,
    insert: `expect ${parameters} params`,
  };
  const message = `The net has ${withCommas(parameters)} parameters, not the ${withCommas(expected)} expected.`;
  return { severity: 'error', message, range, ...(fix && { fix }) };
}
