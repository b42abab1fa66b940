// The choices of a space as axes: what each chooses, in the words of the space.
import type { Gene } from '../../../graph/search/genes.ts';

export interface GeneAxis {
  readonly gene: number;
  /** From 1. */
  readonly line: number;
  readonly options: readonly string[];
  readonly name: string;
}

/** Genes that have a choice: `6 k`, or `6.2 k` where the repeats of a line choose for themselves. */
export function geneAxes(genes: readonly Gene[]): readonly GeneAxis[] {
  const axes = genes.flatMap(({ options, labels, line }, gene): GeneAxis[] => {
    const words = labels ?? Array.from({ length: options }, (_, i) => String(i + 1));
    return options < 2 ? [] : [{ gene, line: line + 1, options: words, name: `${line + 1} ${keyOf(words)}` }];
  });
  const seen = new Map<string, number>();
  return axes.map((axis) => {
    const count = (seen.get(axis.name) ?? 0) + 1;
    seen.set(axis.name, count);
    const alike = axes.filter(({ name }) => name === axis.name).length;
    return alike === 1 ? axis : { ...axis, name: axis.name.replace(' ', `.${count} `) };
  });
}

/** The letters that the options share. */
function keyOf(options: readonly string[]): string {
  const [first = '', ...others] = options.filter((option) => option !== 'without');
  const letters = /^[a-z]+(?=[\d=])/.exec(first)?.[0] ?? '';
  return letters !== '' && others.every((option) => option.startsWith(letters)) ? letters : 'block';
}
