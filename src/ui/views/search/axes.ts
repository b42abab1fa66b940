// The choices of a space as axes: what each chooses, in the words of the space.
import type { Gene } from '../../../graph/search/genes.ts';

export interface GeneAxis {
  readonly gene: number;
  /** From 1. */
  readonly line: number;
  readonly options: readonly string[];
}

/** Genes that have a choice. */
export const geneAxes = (genes: readonly Gene[]): readonly GeneAxis[] =>
  genes.flatMap(({ options, labels, line }, gene) =>
    options < 2
      ? []
      : [{ gene, line: line + 1, options: labels ?? Array.from({ length: options }, (_, i) => String(i + 1)) }],
  );

/** `line 6 k`: the letters that its options share. */
export function axisName({ line, options }: GeneAxis): string {
  const [first = '', ...others] = options.filter((option) => option !== 'without');
  let letters = /^[a-z]+(?=[\d=])/.exec(first)?.[0] ?? '';
  if (others.some((option) => !option.startsWith(letters))) letters = '';
  return letters === '' ? `${line} block` : `${line} ${letters}`;
}
