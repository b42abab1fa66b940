// Where a space's choices stand: which gene chooses what of which line and repeat.
import { roundChannels } from '../../blocks/rounding.ts';
import type { Header } from '../../architecture.ts';
import { knobs } from '../../notation/header.ts';
import type { Gene, Genotype } from '../genes.ts';
import { isChoice, type Choice, type SpaceLine, type SpacePart } from './read.ts';

/** One repeat of a line, or all of them together where they are alike. */
export interface Slot {
  /** Gene that chooses the alternative; undefined where there is one only. */
  readonly alternative: number | undefined;
  readonly genes: ReadonlyMap<Choice, number>;
}

export interface Placed {
  readonly line: SpaceLine;
  readonly repeats: number | undefined;
  /** One slot, or with `each` one for every repeat that there may be. */
  readonly slots: readonly Slot[];
}

/** Largest count that `xN` may mean. */
export const countOf = (text: string): number => Number(/^x(\d+)$/.exec(text)?.[1] ?? 1);

export function placeGenes(lines: readonly SpaceLine[]): { genes: readonly Gene[]; placed: readonly Placed[] } {
  const genes: Gene[] = [];
  const placed = lines.map((line, at): Placed => {
    const add = (labels: readonly string[], ordered: boolean): number =>
      genes.push({ options: labels.length, ordered, line: at, labels }) - 1;
    const count = line.repeats;
    const repeats = count && isChoice(count) ? add(count.options, count.ordered) : undefined;
    const most = count ? Math.max(...(isChoice(count) ? count.options : [count.text]).map(countOf)) : 1;
    const slots = Array.from({ length: line.each ? most : 1 }, (): Slot => {
      const alternative = line.alternatives.length > 1 ? add(line.alternatives.map(headOf), false) : undefined;
      const own = new Map<Choice, number>();
      for (const part of line.alternatives.flat())
        if (isChoice(part) && !own.has(part)) own.set(part, add(labelsOf(part), part.ordered));
      return { alternative, genes: own };
    });
    return { line, repeats, slots };
  });
  return { genes, placed };
}

/** The block's word. */
const headOf = ([part]: readonly SpacePart[]): string =>
  part && !isChoice(part) ? part.text.replace(/^\+ ?/, '') : '';

const labelsOf = ({ options, scaled }: Choice): readonly string[] =>
  options.map((option) => (scaled ? `${scaled.key}${scaled.base} × ${option}` : option || 'without'));

/** For each block line of a net of that genotype, the line of the space that it comes from. */
export const linesOf = (all: readonly Placed[], genotype: Genotype): readonly number[] =>
  all.flatMap((placed, at) => (isBlockLine(placed) ? usedSlots(placed, genotype).map(() => at) : []));

const isBlockLine = ({ line }: Placed): boolean => {
  const word = headOf(line.alternatives[0] ?? []);
  return word !== '' && !knobs.some((knob) => knob.word === word);
};

export const repeatsOf = ({ line, repeats }: Placed, genotype: Genotype): string | undefined => {
  if (!line.repeats) return undefined;
  return isChoice(line.repeats) ? line.repeats.options[genotype[repeats!]!] : line.repeats.text;
};
/** The slots that this genotype uses. */
export const usedSlots = (placed: Placed, genotype: Genotype): readonly Slot[] => {
  const count = countOf(repeatsOf(placed, genotype) ?? 'x1');
  return placed.line.each ? placed.slots.slice(0, count) : count === 0 ? [] : placed.slots;
};
export const partsOf = ({ line }: Placed, slot: Slot, genotype: Genotype): readonly SpacePart[] =>
  line.alternatives[slot.alternative === undefined ? 0 : genotype[slot.alternative]!] ?? [];

/** What stands in the text for an option of a choice. */
export function wordOf({ options, scaled }: Choice, index: number, header: Header): string {
  const option = options[index]!;
  return scaled ? `${scaled.key}${roundChannels(scaled.base * Number(option), header.round)}` : option;
}
