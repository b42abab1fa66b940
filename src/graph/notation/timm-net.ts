// Whole architecture definitions of timm (a list of stages, each a list of block strings) to and from this notation.
import type { Architecture, ArgumentValue, BlockLine, Header } from '../architecture.ts';
import { placeLines } from '../blocks/placing.ts';
import { families } from '../blocks/naming.ts';
import { lineOfTimm, timmOfLine } from './timm-lines.ts';
import { printTimmBlock } from './timm-print.ts';
import { readTimmBlock } from './timm-read.ts';

/** What timm says outside of its block strings, by constructor arguments. */
export interface TimmFrame {
  readonly header: Header;
  /** Lines above the stages, in order. */
  readonly stem: readonly BlockLine[];
  /** Lines below the stages, in order. */
  readonly head: readonly BlockLine[];
  /** Further arguments of a line: `aa` for timm's `aa_layer`, `ls` for `layer_scale_init_value`, `fixdepth` for `fix_first_last`, … */
  readonly beyond?: (line: BlockLine, stage: number) => Readonly<Record<string, ArgumentValue>>;
}

export type FromTimm =
  { readonly ok: true; readonly architecture: Architecture } | { readonly ok: false; readonly problem: string };

/** The architecture of an `arch_def`. The first string that cannot be read or said is the problem. */
export function fromTimm(stages: readonly (readonly string[])[], frame: TimmFrame): FromTimm {
  const lines: BlockLine[] = [];
  for (const [stage, strings] of stages.entries()) {
    for (const [position, text] of strings.entries()) {
      const read = readTimmBlock(text);
      if (!read.ok) return read;
      const converted = lineOfTimm(read.block, position === 0);
      if (!converted.ok) return converted;
      const { line } = converted;
      lines.push({ ...line, args: { ...line.args, ...frame.beyond?.(line, stage) } });
    }
  }
  return { ok: true, architecture: { header: frame.header, blocks: [...frame.stem, ...lines, ...frame.head] } };
}

export type ToTimm =
  | { readonly ok: true; readonly stages: readonly (readonly string[])[]; readonly beyond: readonly string[] }
  | { readonly ok: false; readonly problem: string; readonly line: BlockLine };

/**
 * The `arch_def` of an architecture's stages. `beyond` lists arguments that timm says outside of its strings (`aa`, `ls`, `fixdepth`, …);
 * stem, head and header are outside too. A line that timm has no word for is the problem.
 */
export function toTimm(architecture: Architecture): ToTimm {
  const stages: string[][] = [];
  const beyond = new Set<string>();
  for (const { line, stage } of stageLines(architecture)) {
    const strings = (stages[stage] ??= []);
    const converted = timmOfLine(line, strings.length === 0);
    if (!converted.ok) return { ...converted, line };
    strings.push(printTimmBlock(converted.block));
    converted.beyond.forEach((key) => beyond.add(key));
  }
  return { ok: true, stages, beyond: [...beyond] };
}

/** Stem and head lines of an architecture: the frame into which {@link fromTimm} puts other stages. */
export function frameOf(architecture: Architecture): Pick<TimmFrame, 'header' | 'stem' | 'head'> {
  const numbers = stageLines(architecture).map(({ number }) => number);
  const { header, blocks } = architecture;
  return {
    header,
    stem: blocks.slice(0, numbers[0] ?? blocks.length),
    head: numbers.length > 0 ? blocks.slice((numbers.at(-1) ?? 0) + 1) : [],
  };
}

/** The frame that a net lends to other stages: what was counted and scaled was that net, so neither count nor scale come along. */
export function lentFrame(architecture: Architecture): ReturnType<typeof frameOf> {
  const frame = frameOf(architecture);
  return { ...frame, header: { ...frame.header, expectParams: undefined, width: 1, depth: 1 } };
}

function stageLines({ header, blocks }: Architecture) {
  const family = families.get(header.family) ?? families.get('plain')!;
  return placeLines(blocks, header, family).filter(({ place }) => place === 'stage');
}
