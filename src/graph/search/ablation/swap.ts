// A swap: one design choice of a net changed on one line or on all, as an edit of its text, with the edit that takes it back.
import { isActivation, normNames, type Architecture, type ArgumentValue, type BlockLine } from '../../architecture.ts';
import type { Argument } from '../../blocks/block.ts';
import { blocks } from '../../blocks/index.ts';
import { check } from '../../notation/check.ts';
import { replaceLines, setArgument, setHeader, type Document } from '../../notation/edit.ts';

/** `act=hswish`, `k=5@3`: what, to what, and the block line that it is about, counted from 1; all lines without one. */
export interface Swap {
  readonly what: string;
  readonly to: string;
  readonly line?: number;
}

/** A swap that cannot be made: the message is a sentence's rest, without the full stop. */
export class SwapError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SwapError';
  }
}

export interface Swapped {
  readonly text: string;
  /** Of the block lines, those that changed, from 1; empty where only the header did. */
  readonly lines: readonly number[];
  /** The text with the swap taken back by an edit of `text`: the net as it was. */
  readonly back: string;
}

/** Words that stand for an argument's key or a knob of the header. */
const words: Readonly<Record<string, string>> = {
  activation: 'act',
  kernel: 'k',
  expansion: 'e',
  channels: 'c',
  attention: 'se',
  resolution: 'input',
};
const knobs = ['norm', 'width', 'depth', 'input'] as const;

/** @param text `WHAT=TO` or `WHAT=TO@LINE`. Throws {@link SwapError}. */
export function parseSwap(text: string): Swap {
  const match = /^\s*([a-z]+)\s*=\s*([^@\s]+)\s*(?:@\s*(\d+|all))?\s*$/i.exec(text);
  if (!match)
    throw new SwapError(
      `"${text.trim()}" is no swap: write WHAT=TO, or WHAT=TO@LINE for one line, as in act=hswish or k=5@3`,
    );
  const [, what = '', to = '', line] = match;
  const key = words[what.toLowerCase()] ?? what.toLowerCase();
  return { what: key, to, ...(line !== undefined && line !== 'all' && { line: Number(line) }) };
}

export const swapText = ({ what, to, line }: Swap): string => `${what}=${to}${line === undefined ? '' : `@${line}`}`;

/** Throws {@link SwapError} where nothing can take it, and where the net that it makes cannot be built. */
export function applySwap(text: string, swap: Swap): Swapped {
  const document = documentOf(text);
  const { architecture } = document;
  if (swap.line !== undefined && !architecture.blocks[swap.line - 1])
    throw new SwapError(`there is no line ${swap.line}: the net has ${architecture.blocks.length} block lines`);
  const changed = change(document, swap);
  const problem = check(changed).problems.find(({ severity }) => severity === 'error');
  if (problem) throw new SwapError(`${swapText(swap)} makes no net: ${problem.message.replace(/\.$/, '')}`);
  const after = documentOf(changed);
  const lines = architecture.blocks.flatMap((line, i) =>
    same(line, after.architecture.blocks[i] as BlockLine) ? [] : [i + 1],
  );
  return { text: changed, lines, back: undo(document, after, lines) };
}

function documentOf(text: string): Document {
  const { architecture, problems } = check(text);
  const broken = problems.find(({ severity }) => severity === 'error');
  if (broken) throw new SwapError(`the net itself has an error: ${broken.message.replace(/\.$/, '')}`);
  return { text, architecture, problems };
}

function change(document: Document, swap: Swap): string {
  const { what, line } = swap;
  if ((knobs as readonly string[]).includes(what) && line === undefined)
    return setHeader(document, knobOf(document, swap));
  if (what === 'act' && line === undefined) return setActivation(document, swap);
  if (what === 'block') return setBlock(document, swap);
  const lines = takers(document.architecture, swap);
  const argument = argumentOf(document.architecture.blocks[[...lines][0] as number] as BlockLine, what) as Argument;
  return setArgument(document, lines, what, valueOf(argument, swap));
}

function knobOf({ architecture: { header } }: Document, { what, to }: Swap) {
  if (what === 'norm') {
    const norm = normNames.find((name) => name === to);
    if (!norm) throw new SwapError(`there is no norm "${to}": ${normNames.join(', ')}`);
    return { norm };
  }
  const value = Number(to);
  if (!(value > 0)) throw new SwapError(`${what} is a number above zero, not "${to}"`);
  if (what === 'input') return { input: [header.input[0], header.rate === undefined ? value : 1, value] as const };
  return { [what]: value };
}

/** The header's, and every line that names one of its own; lines without any activation stay linear. */
function setActivation(document: Document, { to }: Swap): string {
  if (!isActivation(to)) throw new SwapError(`there is no activation "${to}"`);
  const own = new Set(
    document.architecture.blocks.flatMap(({ args }, i) =>
      args['act'] !== undefined && args['act'] !== 'none' ? [i] : [],
    ),
  );
  const lines = documentOf(own.size > 0 ? setArgument(document, own, 'act', undefined) : document.text);
  return setHeader(lines, { act: to });
}

function setBlock(document: Document, { to, line }: Swap): string {
  const block = blocks.get(to);
  if (!block) throw new SwapError(`there is no block "${to}"`);
  const keys = new Set(block.args.map(({ key }) => key));
  const lines = document.architecture.blocks.flatMap((one, i) =>
    line === undefined ? (isStage(one) && one.word !== to ? [i] : []) : i === line - 1 ? [i] : [],
  );
  if (lines.length === 0) throw new SwapError(`no line can become ${to}`);
  return replaceLines(document, new Set(lines), (one) => ({
    ...one,
    word: to,
    args: Object.fromEntries(Object.entries(one.args).filter(([key]) => keys.has(key))),
  }));
}

/** Lines that "all" means: the backbone's blocks; a plain convolution is mostly its stem or its head. */
const isStage = ({ word }: BlockLine): boolean => word !== 'conv' && blocks.get(word)?.place === 'stage';
const argumentOf = ({ word }: BlockLine, key: string): Argument | undefined =>
  blocks.get(word)?.args.find((argument) => argument.key === key);

/** Lines that the argument is changed on: the one, or all of the backbone's stages that have it; a kernel of one pixel is no window and stays. */
function takers({ blocks: lines }: Architecture, { what, line }: Swap): ReadonlySet<number> {
  if (line !== undefined) {
    const one = lines[line - 1] as BlockLine;
    if (!argumentOf(one, what)) throw new SwapError(`line ${line} is ${one.word}, which takes no "${what}"`);
    return new Set([line - 1]);
  }
  const found = lines.flatMap((one, i) => {
    if (!isStage(one) || !argumentOf(one, what)) return [];
    const now = one.args[what] ?? argumentOf(one, what)?.default;
    return what === 'k' && (now === 0 || now === 1) ? [] : [i];
  });
  if (found.length === 0) throw new SwapError(`no line of this net takes "${what}"`);
  return new Set(found);
}

function valueOf({ kind, words: known, label }: Argument, { what, to }: Swap): ArgumentValue | undefined {
  if (to === 'default' || (to === 'off' && kind !== 'word')) return undefined;
  if (kind === 'flag') return true;
  if (kind === 'word' || kind === 'names') {
    if (known && !known.includes(to)) throw new SwapError(`${label} is ${known.join(', ')}, not "${to}"`);
    return to;
  }
  const numbers = kind === 'ints' ? to.split('.').map(Number) : [Number(to)];
  if (to === '' || numbers.some((value) => !Number.isFinite(value)))
    throw new SwapError(`${what} (${label}) is a number, not "${to}"`);
  return numbers.length === 1 ? numbers[0] : numbers;
}

const same = (a: BlockLine, b: BlockLine): boolean =>
  a.word === b.word && JSON.stringify(sorted(a.args)) === JSON.stringify(sorted(b.args));
const sorted = (args: BlockLine['args']) => Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1));

/** Each changed line gets its own words and arguments again, and the header its knobs. */
function undo(before: Document, after: Document, lines: readonly number[]): string {
  const { blocks: own, header } = before.architecture;
  const at = new Set(lines.map((line) => line - 1));
  const text = replaceLines(after, at, (line, index) => {
    const { word, args } = own[index] as BlockLine;
    return { ...line, word, args };
  });
  return setHeader(documentOf(text), header);
}
