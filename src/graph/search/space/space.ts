// A space as choices: how many nets it has, and the net that a genotype stands for.
import { defaultHeader, type Header } from '../../architecture.ts';
import type { Problem, Range } from '../../ir/graph.ts';
import { parse } from '../../notation/parse.ts';
import { print } from '../../notation/print.ts';
import type { Gene, Genotype } from '../genes.ts';
import { locate, type Located } from './locate.ts';
import { countOf, linesOf, partsOf, placeGenes, repeatsOf, usedSlots, wordOf, type Placed } from './placed.ts';
import { isChoice, readSpace, spaceLimits, type SpacePart } from './read.ts';

export interface Space {
  readonly genes: readonly Gene[];
  /** Number of genotypes that differ in an active gene: exact. */
  readonly size: bigint;
  readonly problems: readonly Problem[];
  /** Canonical text of a net; undefined where the choices make none, with the parser's reasons in the space's own places. */
  instantiate(genotype: Genotype): { readonly text: string } | { readonly problems: readonly Problem[] };
  /** The genotype of a net that lies in the space (genes that have no say are 0), or why it does not, with the line of its text. */
  locate(net: string): Located;
  /** Whether a gene has a say: genes of an alternative that is not chosen and of a repeat that is not there have none. */
  active(genotype: Genotype, gene: number): boolean;
  /** For each block line of a net of that genotype, the line of the space that it comes from. */
  linesOf(genotype: Genotype): readonly number[];
}

/** The space of a text. Its problems are those of its sets, and those of the net that opens first (every set's first value). */
export function spaceOf(text: string): Space {
  const { lines, problems } = readSpace(text);
  const { genes, placed } = placeGenes(lines);
  const size = placed.reduce((product, one) => product * sizeOf(one), 1n);
  const space = {
    genes,
    size,
    instantiate: (genotype: Genotype) => instantiate(placed, genotype),
    locate: (net: string) => locate(text, placed, genes, net),
    active: (genotype: Genotype, gene: number) => activeGenes(placed, genotype).has(gene),
    linesOf: (genotype: Genotype) => linesOf(placed, genotype),
  };
  if (genes.length > spaceLimits.genes) {
    const message = `The space has ${genes.length} choices; ${spaceLimits.genes} are the most.`;
    return { ...space, problems: [...problems, { severity: 'error', message, range: { from: 0, to: text.length } }] };
  }
  const first = problems.length > 0 ? undefined : space.instantiate(genes.map(() => 0));
  return { ...space, problems: first && 'problems' in first ? first.problems : problems };
}

/** Π choices of each alternative, summed; with `each` to the power of every number of repeats. */
function sizeOf({ line }: Placed): bigint {
  const choices = (parts: readonly SpacePart[]): bigint =>
    parts.reduce((product, part) => product * (isChoice(part) ? BigInt(part.options.length) : 1n), 1n);
  const slot = line.alternatives.reduce((sum, parts) => sum + choices(parts), 0n);
  const counts = line.repeats
    ? (isChoice(line.repeats) ? line.repeats.options : [line.repeats.text]).map(countOf)
    : [1];
  return counts.reduce((sum, count) => sum + (line.each ? slot ** BigInt(count) : count === 0 ? 1n : slot), 0n);
}

function activeGenes(all: readonly Placed[], genotype: Genotype): ReadonlySet<number> {
  const active = new Set<number>();
  for (const placed of all) {
    if (placed.repeats !== undefined) active.add(placed.repeats);
    for (const slot of usedSlots(placed, genotype)) {
      if (slot.alternative !== undefined) active.add(slot.alternative);
      for (const part of partsOf(placed, slot, genotype)) if (isChoice(part)) active.add(slot.genes.get(part)!);
    }
  }
  return active;
}

function instantiate(all: readonly Placed[], genotype: Genotype): ReturnType<Space['instantiate']> {
  /** The text so far, and where each word of it comes from. */
  let text = '';
  const sources: { readonly from: number; readonly to: number; readonly source: Range }[] = [];
  let header: Header = defaultHeader;
  const write = (word: string, source: Range): void => {
    sources.push({ from: text.length, to: text.length + word.length, source });
    text += `${word} `;
  };
  for (const placed of all) {
    const repeats = repeatsOf(placed, genotype);
    const { line } = placed;
    const isPlain = line.alternatives[0]!.length > 0;
    for (const [i, slot] of usedSlots(placed, genotype).entries()) {
      for (const [at, part] of partsOf(placed, slot, genotype).entries()) {
        const source = isChoice(part) ? part.range : part;
        const word = isChoice(part) ? wordOf(part, genotype[slot.genes.get(part)!]!, header) : part.text;
        // Repeats that choose for themselves are lines of one stage, of which the first strides.
        if (word === '' || (i > 0 && /^s\d/.test(word))) continue;
        write(at === 0 && i > 0 && !word.startsWith('+') ? `+ ${word}` : word, source);
        if (at === 0 && !line.each && line.repeats && repeats !== 'x1') write(repeats!, rangeOf(line.repeats));
      }
      text = `${text.trimEnd()}\n`;
    }
    if (!isPlain && line.comment !== undefined) text += `${line.comment}\n`;
    // Rounding of factors needs the header, whose lines stand above the blocks.
    if (line.alternatives[0]!.some((part) => !isChoice(part) && part.text === 'round'))
      header = parse(text).architecture.header;
  }
  const { architecture, problems } = parse(text);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return { text: print(architecture) };
  return {
    problems: errors.map(({ fix: _, ...problem }) => {
      const { from, to } = problem.range;
      const touched = sources.filter((source) => source.from < to && source.to > from).map(({ source }) => source);
      const range = { from: touched[0]?.from ?? 0, to: touched.at(-1)?.to ?? 0 };
      return { ...problem, range };
    }),
  };
}

const rangeOf = (part: SpacePart): Range => (isChoice(part) ? part.range : part);
