// Architecture → graph: numbers stages and blocks, scales width and depth as the family's code does, and lets each block build its nodes.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { namesOf, type Architecture, type BlockLine, type Header } from '../architecture.ts';
import type { Arguments, Block } from './block.ts';
import { GraphBuilder } from '../ir/builder.ts';
import { familyNamed } from './naming.ts';
import type { InferredGraph, NodeFacts, Problem } from '../ir/graph.ts';
import { limits, withCommas } from '../limits.ts';
import { endsStage, nameOf, placeLines, slotOf } from './placing.ts';
import { roundChannels } from './rounding.ts';

export interface Expansion {
  /** Undefined when some line could not be built. */
  readonly graph?: InferredGraph;
  readonly problems: readonly Problem[];
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
  builder.named.set('input', builder.current);
  const lines = placeLines(architecture.blocks, header, family);
  const indices: Record<string, number> = {};
  const caps = new Caps();
  for (const [position, placed] of lines.entries()) {
    const { line, block, place, stage } = placed;
    if (place === 'part') continue;
    const before = builder.nodes.length;
    const outNames = namesOf(line.args.out);
    for (let repeat = 0; repeat < placed.repeats; repeat++) {
      const slot = slotOf(placed, family);
      const index = indices[slot] ?? 0;
      indices[slot] = index + 1;
      builder.origin = { block: placed.number, repeat };
      try {
        const inputs = inputsOf(builder, line, block, repeat);
        block.expand(builder, argumentsOf(line, block, header, repeat), {
          header: typeof line.args.eps === 'number' ? { ...header, eps: line.args.eps } : header,
          family,
          place,
          stage,
          index,
          name: nameOf(placed, family, index),
          repeat,
          inPart: placed.part !== undefined,
          inputs,
          outNames,
          named: (wish) => namedNode(builder, wish),
          mid: (node) => {
            if (repeat === 0 && typeof line.args.mid === 'string') builder.named.set(line.args.mid, node);
          },
          round: (wish) => roundChannels(wish, header.round),
        });
        if (repeat === placed.repeats - 1) {
          if (typeof line.args.as === 'string') builder.named.set(line.args.as, builder.current);
          if (!block.results) for (const name of outNames) builder.output(name);
        }
        if (family.blockIsStage && place === 'stage' && placed.part === undefined)
          builder.endStage(family.stageName(index));
        caps.check(builder);
      } catch (error) {
        problems.push(problemOf(error, line));
        return { problems };
      }
    }
    if (line.args.skip && !builder.nodes.slice(before).some((node) => node.op === 'add')) problems.push(noSkip(line));
    if (endsStage(lines, position) && !family.blockIsStage) builder.endStage(family.stageName(stage));
  }
  const expected = header.expectParams;
  if (expected !== undefined && expected !== caps.parameters)
    problems.push(miscounted(architecture, expected, caps.parameters));
  builder.named.delete('input');
  return { graph: builder.graph(), problems };
}

function namedNode(builder: GraphBuilder, name: string): string {
  const node = builder.named.get(name);
  if (node === undefined) throw new ShapeError(`no line above is named "${name}"`, 'name a line with as=');
  return node;
}

/** Nodes that a repeat reads; the first of them becomes the current one. */
function inputsOf(builder: GraphBuilder, line: BlockLine, block: Block, repeat: number): readonly string[] {
  if (repeat > 0 || line.args.from === undefined) return [builder.current];
  const inputs = namesOf(line.args.from).map((name) => namedNode(builder, name));
  if (inputs.length > 1 && !block.readsSeveral)
    throw new ShapeError('it reads one result, not several', 'join them on a line `concat` or `sum` of their own');
  builder.current = inputs[0] as string;
  return inputs;
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
