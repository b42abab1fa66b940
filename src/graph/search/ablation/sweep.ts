// A sweep: one choice through all its values, each of them a swap of the same net.
import { check } from '../../notation/check.ts';
import { applySwap, SwapError, type Swap } from './swap.ts';

export interface AblationSweep {
  readonly what: string;
  readonly line?: number;
  readonly values: readonly string[];
}

/** Values that are swept when none are given. */
const usual: Readonly<Record<string, readonly string[]>> = {
  k: ['3', '5', '7', '9', '11', '13'],
  e: ['1', '2', '3', '4', '6', '8'],
  width: ['0.35', '0.5', '0.75', '1', '1.25', '1.4'],
  input: ['96', '128', '160', '192', '224', '256'],
  s: ['1', '2'],
};

/** `k`, `k@5`, `width`, `k=3,5,7@2`. Throws {@link SwapError}. */
export function parseSweep(text: string): AblationSweep {
  const match = /^\s*([a-z]+)(?:\s*=\s*([^@]+?))?\s*(?:@\s*(\d+))?\s*$/i.exec(text);
  if (!match) throw new SwapError(`"${text.trim()}" is no sweep: write WHAT, WHAT@LINE or WHAT=3,5,7@LINE`);
  const [, word = '', list, line] = match;
  const what = { kernel: 'k', expansion: 'e', resolution: 'input', stride: 's' }[word] ?? word;
  const values = list?.split(',').map((value) => value.trim()) ?? usual[what];
  if (!values) throw new SwapError(`give the values of ${what}: ${what}=A,B,C`);
  return { what, values, ...(line !== undefined && { line: Number(line) }) };
}

export const swapsOf = ({ what, values, line }: AblationSweep): Swap[] =>
  values.map((to) => ({ what, to, ...(line !== undefined && { line }) }));

/** One net of FD-MobileNet's plot: the stride of a line that halves the map given to the last line before it that keeps it. */
export interface StrideStep {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Every way in which one halving moves to the last line before it that does not halve: downsampling earlier, as FD-MobileNet (arXiv 1802.03750) has it. */
export function earlierStrides(text: string): StrideStep[] {
  const { architecture } = check(text);
  return architecture.blocks.flatMap(({ args }, i): StrideStep[] => {
    const to = architecture.blocks.slice(0, i).findLastIndex((before) => (before.args['s'] ?? 1) === 1);
    if (args['s'] !== 2 || to < 0) return [];
    try {
      const without = applySwap(text, { what: 's', to: 'default', line: i + 1 }).text;
      return [{ text: applySwap(without, { what: 's', to: '2', line: to + 1 }).text, from: i + 1, to: to + 1 }];
    } catch (error) {
      if (error instanceof SwapError) return [];
      throw error;
    }
  });
}
