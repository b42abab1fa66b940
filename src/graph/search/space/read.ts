// A search space is a document in which a value may be a set: `k{3,5}`, `c24{0.75,1}`, `x{1..4}`, `ca16?`, `mbconv … | fused`, `each`.
import { blocks } from '../../blocks/index.ts';
import type { Problem, Range } from '../../ir/graph.ts';
import { limits } from '../../limits.ts';
import { argumentsOf } from '../../notation/argument-text.ts';
import { ProblemList, quote, removal, replaceWith } from '../../notation/problem-list.ts';
import { scanLines, type Token } from '../../notation/scan.ts';
import { readSet } from './sets.ts';

/** A value that may be one of several. */
export interface Choice {
  /** What stands in the text instead of it; '' leaves it out. */
  readonly options: readonly string[];
  readonly ordered: boolean;
  readonly range: Range;
  /** A factor of this number, which the document's `round` rounds: `c24{0.75,1}`. */
  readonly scaled?: { readonly key: string; readonly base: number };
}

export type SpacePart = Choice | Token;
export const isChoice = (part: SpacePart): part is Choice => 'options' in part;

export interface SpaceLine {
  /** At least one; a header line and a line of comments have exactly one. */
  readonly alternatives: readonly (readonly SpacePart[])[];
  /** `x{1..4}`, `x2` or neither. */
  readonly repeats: SpacePart | undefined;
  /** Every repeat chooses for itself. */
  readonly each: boolean;
  readonly comment: string | undefined;
}

export const spaceLimits = { alternatives: 8, genes: 512 } as const;

/** What an alternative takes over from the first one where its own block knows it and it does not say it itself. */
const inherited = /^(s|c|k|e|se)(?=[\d{=])/;

/** Reads the lines of a space. Text that is no set stays as it is: the notation's parser judges it when a net is made. */
export function readSpace(text: string): {
  readonly lines: readonly SpaceLine[];
  readonly problems: readonly Problem[];
} {
  const problems = new ProblemList();
  const lines: SpaceLine[] = [];
  for (const { tokens, excess, comment } of scanLines(text)) {
    if (excess) problems.error(`A line has at most ${limits.lineTokens} words and arguments.`, excess);
    lines.push({ ...readLine(joined(tokens), problems), comment });
  }
  return { lines, problems: problems.problems };
}

/** Tokens with the blanks beside a set's commas closed: `k{3, 5}` is one. */
function joined(tokens: readonly Token[]): readonly Token[] {
  const result: Token[] = [];
  for (const token of tokens) {
    const last = result.at(-1);
    const isOpen = last && last.text.lastIndexOf('{') > last.text.lastIndexOf('}');
    if (isOpen && (last.text.endsWith(',') || token.text.startsWith(',')))
      result.splice(-1, 1, { text: last.text + token.text, from: last.from, to: token.to });
    else result.push(token);
  }
  return result;
}

function readLine(tokens: readonly Token[], problems: ProblemList): Omit<SpaceLine, 'comment'> {
  const groups: Token[][] = [[]];
  let each = false;
  // `+ uib` and `+uib` mean the same, and repeats stand behind the word.
  const [plus, word, ...rest] = tokens;
  const words =
    plus?.text === '+' && word ? [{ text: `+ ${word.text}`, from: plus.from, to: word.to }, ...rest] : tokens;
  for (const token of words) {
    if (token.text === '|') groups.push([]);
    else if (token.text === 'each') each = true;
    else groups.at(-1)!.push(token);
  }
  const whole = { from: tokens[0]?.from ?? 0, to: tokens.at(-1)?.to ?? 0 };
  const empty = groups.findIndex((group) => group.length === 0);
  if (groups.length > 1 && empty >= 0) problems.error('A "|" stands between two blocks; one is missing.', whole);
  if (groups.length > spaceLimits.alternatives)
    problems.error(`A line has at most ${spaceLimits.alternatives} alternatives, this one ${groups.length}.`, whole);

  const [first = [], ...others] = groups
    .filter((group) => group.length > 0)
    .map((group) => group.map((token, i) => readPart(token, i > 0 || group.length === 1, problems)));
  // `input 3x{192,224}`: one side is a square.
  if (wordOf(first[0]) === 'input')
    for (const [i, part] of first.entries())
      if (isChoice(part))
        first[i] = { ...part, options: part.options.map((option) => option.replace(/^(\d+)x(\d+)$/, '$1x$2x$2')) };
  const isRepeats = (part: SpacePart): boolean => /^x-?\d/.test(isChoice(part) ? (part.options[0] ?? '') : part.text);
  const repeats = first.slice(1).find(isRepeats);
  const alternatives = [first, ...others].map((parts, i) => {
    const own = parts.filter((part) => part !== repeats);
    if (i === 0) return own;
    const twice = own.find((part, at) => at > 0 && isRepeats(part));
    if (twice) problems.error('The repeats belong to the line: say them in its first block.', rangeOfPart(twice));
    return [...own, ...takenOver(first, own)];
  });
  if (each && !repeats) {
    const token = tokens.find(({ text }) => text === 'each')!;
    problems.error('"each" needs repeats, for example "x{2..4}".', token, removal(token, 'Remove each'));
  }
  return { alternatives, repeats, each: each && repeats !== undefined };
}

const wordOf = (part: SpacePart | undefined): string => (part && !isChoice(part) ? part.text.replace(/^\+ ?/, '') : '');
const keyOf = (part: SpacePart): string =>
  inherited.exec(isChoice(part) ? (part.scaled ? `${part.scaled.key}1` : (part.options[0] ?? '')) : part.text)?.[1] ??
  '';

function takenOver(first: readonly SpacePart[], own: readonly SpacePart[]): readonly SpacePart[] {
  const block = blocks.get(wordOf(own[0]));
  if (!block) return [];
  const known = new Set(argumentsOf(block).map(({ key }) => key));
  const said = new Set(own.slice(1).map(keyOf));
  return first.slice(1).filter((part) => {
    const key = keyOf(part);
    return key !== '' && known.has(key) && !said.has(key);
  });
}

const rangeOfPart = (part: SpacePart): Range => (isChoice(part) ? part.range : part);

function readPart(token: Token, mayVary: boolean, problems: ProblemList): SpacePart {
  if (token.text.endsWith('?') && token.text.length > 1 && !token.text.includes('{'))
    return { options: [token.text.slice(0, -1), ''], ordered: false, range: token };
  if (!/[{}]/.test(token.text)) return token;
  if (!mayVary) {
    problems.error(`${quote(token.text)}: a block is no set; write alternatives with "|".`, token);
    return token;
  }
  const set = readSet(token.text);
  if ('problem' in set) {
    problems.error(set.problem, token, set.fix === undefined ? undefined : replaceWith(token, set.fix));
    return token;
  }
  return { ...set, range: token };
}
