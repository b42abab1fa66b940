// timm's block strings and the lines of this notation: what one says in the words of the other, and what only timm can say.
import { isActivation, type ArgumentValue, type BlockLine } from '../architecture.ts';
import { blocks as knownBlocks } from '../blocks/index.ts';
import type { Vocabulary } from './argument-text.ts';
import { printLine } from './print.ts';
import { quote } from './problem-list.ts';
import { printTimmBlock } from './timm-print.ts';
import {
  readTimmBlock,
  timmActivations,
  timmValue,
  type TimmActivation,
  type TimmBlock,
  type TimmField,
  type TimmNumberKey,
  type TimmType,
} from './timm-read.ts';

const words: Readonly<Record<TimmType, string>> = {
  ir: 'mbconv',
  ds: 'ds',
  dsa: 'dsa',
  er: 'fused',
  cn: 'conv',
  uir: 'uib',
  mqa: 'mqa',
  mha: 'mha',
};

/** What each type's line takes over from the string, in timm's order; other fields of the string do not matter to that block. */
const carried: Readonly<Record<TimmType, readonly TimmNumberKey[]>> = {
  ir: ['k', 'a', 'p', 's', 'e', 'c', 'se'],
  ds: ['k', 's', 'c', 'se'],
  dsa: ['k', 's', 'c', 'se'],
  er: ['k', 's', 'e', 'c', 'se'],
  cn: ['k', 's', 'c'],
  uir: ['a', 'k', 'p', 's', 'e', 'c', 'se'],
  mqa: ['k', 'h', 's', 'v', 'd', 'c'],
  mha: ['h', 's', 'c'],
};

/** Fields of timm's that no line can say, with the values that mean nothing. */
const unsayable: Readonly<Partial<Record<TimmNumberKey, string>>> = {
  gs: 'group size',
  cc: 'conditional convolution',
  fc: 'forced input channels',
};

export type TimmLine =
  { readonly ok: true; readonly line: BlockLine } | { readonly ok: false; readonly problem: string };

const nowhere = { from: 0, to: 0 };

/** The line that means the same as a block string; `first` = it opens its stage (timm strides only there). */
export function lineOfTimm(block: TimmBlock, first = true): TimmLine {
  const text = printTimmBlock(block);
  const fail = (problem: string): TimmLine => ({ ok: false, problem: `${quote(text)}: ${problem}` });
  for (const [key, what] of Object.entries(unsayable)) {
    if (timmValue(block, key as TimmNumberKey)) return fail(`this notation has no ${what} ("${key}").`);
  }
  if ((block.type === 'ir' || block.type === 'ds' || block.type === 'dsa') && timmValue(block, 'd')) {
    return fail('this notation has no space-to-depth ("d").');
  }
  const args: Record<string, ArgumentValue> = {};
  for (const key of carried[block.type]) {
    const value = timmValue(block, key);
    if (value === undefined) continue;
    const split = block.type === 'ir' && (key === 'a' || key === 'p');
    if (split && ![value].flat().every((kernel) => kernel === 1))
      return fail(`"${key}" can only split a 1×1 convolution.`);
    const meant = split ? [value].flat().length : value;
    if (key === 's' && (block.type === 'mqa' || block.type === 'mha')) {
      if (first && meant !== 1) return fail(`${words[block.type]} has no stride.`);
    } else if (!(key === 's' && !first) && meant !== silent(block.type, key)) {
      args[key] = meant;
    }
  }
  for (const { key, value } of block.fields) {
    if (key === 'n') {
      const act = timmActivations[value];
      if (!isActivation(act)) return fail(`this notation has no ${act} activation.`);
      args['act'] = act;
    } else if (
      (key === 'noskip' && block.type !== 'dsa' && block.type !== 'cn') ||
      (key === 'skip' && block.type === 'cn')
    ) {
      args[key] = true;
    }
  }
  const repeats = timmValue(block, 'r') as number;
  return {
    ok: true,
    line: { word: words[block.type], repeats, sameStage: !first, args, range: nowhere, argRanges: {} },
  };
}

/** A value that the line need not say. */
function silent(type: TimmType, key: TimmNumberKey): number | undefined {
  if (key === 'se' || (type === 'uir' && (key === 'k' || key === 'a' || key === 'p'))) return 0;
  if (key === 's' || key === 'v' || key === 'a' || key === 'p') return 1;
  return undefined;
}

export type TimmBlockResult =
  | { readonly ok: true; readonly block: TimmBlock; readonly beyond: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/**
 * The block string that means the same as a line. `beyond` lists the line's arguments that timm says by constructor arguments
 * instead (`aa`, `ls`, `gate`, …).
 */
export function timmOfLine(line: BlockLine, first = true): TimmBlockResult {
  const type = (Object.keys(words) as TimmType[]).find((key) => words[key] === line.word);
  if (!type) return { ok: false, problem: `timm has no block string for ${quote(line.word)}.` };
  const { args } = line;
  if (!first && args['s'] !== undefined && args['s'] !== 1) {
    return { ok: false, problem: `timm strides only at the first block of a stage, not at a "+ ${line.word}".` };
  }
  const fields: TimmField[] = [{ key: 'r', value: line.repeats }];
  for (const key of carried[type]) {
    const value = (args[key] ?? implied(type, key)) as number | readonly number[] | undefined;
    if (value === undefined) continue;
    const split = type === 'ir' && (key === 'a' || key === 'p');
    fields.push({ key, value: split ? Array.from({ length: value as number }, () => 1) : value });
    if (type === 'mha' && key === 'h') fields.splice(1, 0, { key: 'k', value: 3 });
    if (type === 'mha' && key === 's') fields.push({ key: 'd', value: 64 });
  }
  const act = args['act'];
  if (act !== undefined) {
    const code = (Object.keys(timmActivations) as TimmActivation[]).find(
      (candidate) => timmActivations[candidate] === act,
    );
    if (!code) return { ok: false, problem: `timm's block strings cannot say the activation ${quote(String(act))}.` };
    fields.push({ key: 'n', value: code });
  }
  for (const key of ['noskip', 'skip'] as const) if (args[key]) fields.push({ key, value: true });
  const said = new Set<string>([...carried[type], 'act', 'noskip', 'skip']);
  return { ok: true, block: { type, fields }, beyond: Object.keys(args).filter((key) => !said.has(key)) };
}

/** What a block string must say though the line need not: the defaults of the block's definition. */
function implied(type: TimmType, key: TimmNumberKey): number | undefined {
  if (key === 's') return 1;
  if (type === 'uir' && (key === 'a' || key === 'k')) return 0;
  if (key === 'a' || key === 'p' || key === 'v' || key === 'se') return undefined;
  const fallback = knownBlocks.get(words[type])?.args.find((argument) => argument.key === key)?.default;
  return typeof fallback === 'number' ? fallback : undefined;
}

/**
 * The line for a word in timm's spelling (`ir_r2_k3_s2_e6_c24`, or a bare `ir`), to offer as a fix; undefined when it is none.
 */
export function notationOfTimm(text: string, vocabulary: Vocabulary): string | undefined {
  if (Object.hasOwn(words, text)) {
    const word = words[text as TimmType];
    return vocabulary.has(word) ? word : undefined;
  }
  if (!text.includes('_')) return undefined;
  const read = readTimmBlock(text);
  const converted = read.ok ? lineOfTimm(read.block) : undefined;
  return converted?.ok && vocabulary.has(converted.line.word) ? printLine(converted.line, vocabulary) : undefined;
}
