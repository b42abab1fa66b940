// What could make the slowest lines of a net faster, each as a swap of its text: advice is a guess until both nets were timed in pairs.
import type { Architecture, ArgumentValue, BlockLine } from '../../../../graph/architecture.ts';
import { blocks as blockTable } from '../../../../graph/blocks/index.ts';
import { applySwap, SwapError, swapText, type Swap } from '../../../../graph/search/ablation/swap.ts';
import type { Bound } from '../../../../workers/engine/bound.ts';

/** A block line with what it takes. */
export interface SlowLine {
  /** From 1. */
  readonly line: number;
  readonly ms: number;
  /** Of the sum of all dispatches. */
  readonly share: number;
  /** What keeps most of it from being faster; undefined before the peaks of this device were measured. */
  readonly bound?: Bound | undefined;
}

export interface Advice {
  readonly swap: Swap;
  /** `line 5, mbconv`; the net where the swap is of the header. */
  readonly where: string;
  readonly ms: number;
  readonly share: number;
  readonly what: string;
  readonly why: string;
  /** The net after it. */
  readonly text: string;
}

const slowest = 4;

/** Of the slowest lines, the slowest first; nothing that makes no net, and nothing twice. */
export function adviceFor(text: string, architecture: Architecture, lines: readonly SlowLine[]): Advice[] {
  const slow = [...lines].sort((a, b) => b.ms - a.ms).slice(0, slowest);
  const ofLines = slow.flatMap((one) => {
    const block = architecture.blocks[one.line - 1];
    return block ? ideas(block, architecture, one).map((idea) => ({ ...idea, ...one })) : [];
  });
  return [...ofLines, ...ofNet(architecture, slow)].flatMap(({ what, to, line, why, does, ms, share }): Advice[] => {
    const swap: Swap = { what, to, ...(line > 0 && { line }) };
    try {
      const changed = applySwap(text, swap).text;
      if (changed === text) return [];
      const where = line > 0 ? `line ${line}, ${architecture.blocks[line - 1]?.word}` : 'the net';
      return [{ swap, where, ms, share, what: `${does} (${swapText(swap)})`, why, text: changed }];
    } catch (error) {
      if (error instanceof SwapError) return [];
      throw error;
    }
  });
}

interface Idea {
  readonly what: string;
  readonly to: string;
  readonly does: string;
  readonly why: string;
}

const numbers = (value: ArgumentValue | undefined): readonly number[] =>
  typeof value === 'number' ? [value] : Array.isArray(value) ? (value as readonly number[]) : [];
const cheap: readonly string[] = ['relu', 'relu6', 'none'];

function ideas({ word, args }: BlockLine, { header }: Architecture, { bound }: SlowLine): Idea[] {
  const takes = (key: string): boolean => blockTable.get(word)?.args.some((argument) => argument.key === key) ?? false;
  const [channels = 0] = numbers(args['c']);
  const kernel = Math.max(0, ...numbers(args['k']));
  const [expansion = 0] = numbers(args['e']);
  const act = String(args['act'] ?? header.act ?? 'relu');
  const waits = bound === 'launch' || bound === 'latency';
  const all: (Idea & { readonly if: boolean })[] = [
    {
      if: channels % 8 !== 0,
      what: 'c',
      to: String(Math.ceil(channels / 8) * 8),
      does: 'width to a multiple of 8',
      why: 'Kernels take channels in fours and eights; the rest of the last group is computed for nothing.',
    },
    {
      if: takes('act') && !cheap.includes(act),
      what: 'act',
      to: 'relu',
      does: 'another activation',
      why: `${act} takes more instructions an element than ReLU.`,
    },
    {
      if: kernel > 3 && takes('k'),
      what: 'k',
      to: '3',
      does: 'a smaller kernel',
      why: `A window of ${kernel}×${kernel} reads ${kernel ** 2} values for 9.`,
    },
    {
      if: args['se'] !== undefined && args['se'] !== 0,
      what: 'se',
      to: '0',
      does: 'another block, without its gate',
      why: 'A gate waits for the whole map and is a launch of its own.',
    },
    {
      if: word === 'mha',
      what: 'block',
      to: 'mqa',
      does: 'another block, with shared keys and values',
      why: 'Heads that share one key and one value read them once.',
    },
    {
      if: word === 'mqa' && (numbers(args['v'])[0] ?? 1) === 1,
      what: 'v',
      to: '2',
      does: 'keys and values on a smaller map',
      why: 'Attention’s products are a fourth.',
    },
    {
      if: expansion >= 4,
      what: 'e',
      to: String(Math.round((expansion * 2) / 3)),
      does: 'a narrower expansion',
      why: 'The expanded map is the largest that the block moves and multiplies.',
    },
    {
      if: word === 'mbconv' && waits,
      what: 'block',
      to: 'fused',
      does: 'fuse expansion and window into one convolution',
      why: 'It is bound by launching: one launch with more arithmetic may beat two with less.',
    },
  ];
  return all.filter((idea) => idea.if);
}

/** Of the whole net: pictures a seventh smaller, to a multiple of 32. */
function ofNet({ header }: Architecture, slow: readonly SlowLine[]) {
  const [, height, width] = header.input;
  const side = Math.floor((height * 6) / 7 / 32) * 32;
  if (header.rate !== undefined || height !== width || side < 64) return [];
  const total = slow[0] ? slow[0].ms / Math.max(1e-9, slow[0].share) : 0;
  return [
    {
      what: 'input',
      to: String(side),
      does: 'a lower resolution',
      why: `Every map has ${Math.round((1 - (side / height) ** 2) * 100)} % fewer pixels; accuracy falls with them.`,
      line: 0,
      ms: total,
      share: 1,
    },
  ];
}
