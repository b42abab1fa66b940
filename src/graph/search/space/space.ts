// A space as choices: how many nets it has, and the net that a genotype stands for.
import { roundChannels } from '../../blocks/rounding.ts';
import { defaultHeader, type Header } from '../../architecture.ts';
import type { Problem, Range } from '../../ir/graph.ts';
import { parse } from '../../notation/parse.ts';
import { print } from '../../notation/print.ts';
import type { Gene, Genotype } from '../genes.ts';
import { isChoice, readSpace, spaceLimits, type Choice, type SpacePart, type SpaceLine } from './read.ts';

/** One repeat of a line, or all of them together where they are alike. */
interface Slot {
  /** Gene that chooses the alternative; undefined where there is one only. */
  readonly alternative: number | undefined;
  readonly genes: ReadonlyMap<Choice, number>;
}

interface Placed {
  readonly line: SpaceLine;
  readonly repeats: number | undefined;
  /** One slot, or with `each` one for every repeat that there may be. */
  readonly slots: readonly Slot[];
}

export interface Space {
  readonly genes: readonly Gene[];
  /** Number of genotypes that differ in an active gene: exact. */
  readonly size: bigint;
  readonly problems: readonly Problem[];
  /** Canonical text of a net; undefined where the choices make none, with the parser's reasons in the space's own places. */
  instantiate(genotype: Genotype): { readonly text: string } | { readonly problems: readonly Problem[] };
  /** Whether a gene has a say: genes of an alternative that is not chosen and of a repeat that is not there have none. */
  active(genotype: Genotype, gene: number): boolean;
}

/** Largest count that `xN` may mean. */
const countOf = (text: string): number => Number(/^x(\d+)$/.exec(text)?.[1] ?? 1);

/** The space of a text. Its problems are those of its sets, and those of the net that opens first (every set's first value). */
export function spaceOf(text: string): Space {
  const { lines, problems } = readSpace(text);
  const { genes, placed } = placeGenes(lines);
  const size = placed.reduce((product, one) => product * sizeOf(one), 1n);
  const space = {
    genes,
    size,
    instantiate: (genotype: Genotype) => instantiate(placed, genotype),
    active: (genotype: Genotype, gene: number) => activeGenes(placed, genotype).has(gene),
  };
  if (genes.length > spaceLimits.genes) {
    const message = `The space has ${genes.length} choices; ${spaceLimits.genes} are the most.`;
    return { ...space, problems: [...problems, { severity: 'error', message, range: { from: 0, to: text.length } }] };
  }
  const first = problems.length > 0 ? undefined : space.instantiate(genes.map(() => 0));
  return { ...space, problems: first && 'problems' in first ? first.problems : problems };
}

function placeGenes(lines: readonly SpaceLine[]): { genes: readonly Gene[]; placed: readonly Placed[] } {
  const genes: Gene[] = [];
  const placed = lines.map((line, at): Placed => {
    const add = (options: number, ordered: boolean): number => genes.push({ options, ordered, line: at }) - 1;
    const count = line.repeats;
    const repeats = count && isChoice(count) ? add(count.options.length, count.ordered) : undefined;
    const most = count ? Math.max(...(isChoice(count) ? count.options : [count.text]).map(countOf)) : 1;
    const slots = Array.from({ length: line.each ? most : 1 }, (): Slot => {
      const alternative = line.alternatives.length > 1 ? add(line.alternatives.length, false) : undefined;
      const own = new Map<Choice, number>();
      for (const part of line.alternatives.flat())
        if (isChoice(part) && !own.has(part)) own.set(part, add(part.options.length, part.ordered));
      return { alternative, genes: own };
    });
    return { line, repeats, slots };
  });
  return { genes, placed };
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

const repeatsOf = ({ line, repeats }: Placed, genotype: Genotype): string | undefined => {
  if (!line.repeats) return undefined;
  return isChoice(line.repeats) ? line.repeats.options[genotype[repeats!]!] : line.repeats.text;
};
/** The slots that this genotype uses. */
const used = (placed: Placed, genotype: Genotype): readonly Slot[] => {
  const count = countOf(repeatsOf(placed, genotype) ?? 'x1');
  return placed.line.each ? placed.slots.slice(0, count) : count === 0 ? [] : placed.slots;
};
const partsOf = ({ line }: Placed, slot: Slot, genotype: Genotype): readonly SpacePart[] =>
  line.alternatives[slot.alternative === undefined ? 0 : genotype[slot.alternative]!] ?? [];

function activeGenes(all: readonly Placed[], genotype: Genotype): ReadonlySet<number> {
  const active = new Set<number>();
  for (const placed of all) {
    if (placed.repeats !== undefined) active.add(placed.repeats);
    for (const slot of used(placed, genotype)) {
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
    for (const [i, slot] of used(placed, genotype).entries()) {
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

function wordOf({ options, scaled }: Choice, index: number, header: Header): string {
  const option = options[index]!;
  return scaled ? `${scaled.key}${roundChannels(scaled.base * Number(option), header.round)}` : option;
}
