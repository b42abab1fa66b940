// Text → architecture: reads every line it can, says what is wrong with the others, and never throws.
import { defaultHeader, type Architecture, type ArgumentValue, type BlockLine } from '../architecture.ts';
import { blocks as knownBlocks } from '../blocks/index.ts';
import type { Problem, Range } from '../ir/graph.ts';
import type { Vocabulary } from './argument-text.ts';
import { readBlockLine, splitLine } from './block-line.ts';
import { knobs } from './header.ts';
import { limits, utf8Bytes, withCommas } from '../limits.ts';
import { printNumber } from './number-text.ts';
import { ProblemList, removal, replaceWith } from './problem-list.ts';
import { scanLines, type ScannedLine, type Token } from './scan.ts';

export interface Parsed {
  readonly architecture: Architecture;
  readonly problems: readonly Problem[];
}

const headerWords = knobs.map(({ word }) => word);

/**
 * Reads a document. A wrong argument is left out; a line with an unknown word or without a required argument is left out;
 * whatever else the text says is in the result, within the caps of limits.ts (blocks are counted before anything is expanded).
 */
export function parse(text: string, vocabulary: Vocabulary = knownBlocks): Parsed {
  if (utf8Bytes(text, limits.textBytes) > limits.textBytes) {
    const message = `The text is longer than ${withCommas(limits.textBytes)} bytes, the most that an architecture may have.`;
    return {
      architecture: { header: defaultHeader, blocks: [] },
      problems: [{ severity: 'error', message, range: { from: 0, to: text.length } }],
    };
  }
  const reader = new Reader(vocabulary);
  for (const line of scanLines(text)) {
    reader.read(line);
    if (reader.stopped) break;
  }
  return reader.finish(text);
}

class Reader {
  readonly #problems = new ProblemList();
  readonly #header = { ...defaultHeader };
  readonly #headerRanges: Record<string, Range> = {};
  readonly #blocks: BlockLine[] = [];
  /** Arguments seen so far: what a fix proposes for a missing one. */
  readonly #before: Record<string, ArgumentValue> = {};
  #headerComments: string[] = [];
  #pendingComments: string[] = [];
  #repeats = 0;
  #full = false;
  /** A line was left out, so what seems to be missing may be there. */
  #incomplete = false;

  constructor(readonly vocabulary: Vocabulary) {}

  get stopped(): boolean {
    return this.#full || this.#problems.full;
  }

  read({ tokens, excess, comment }: ScannedLine): void {
    const [first] = tokens;
    if (excess) {
      const message = `A line has at most ${limits.lineTokens} words and arguments; the rest of it is left out.`;
      this.#problems.error(message, excess, removal(excess, 'Remove the rest'));
    }
    const knob = first && knobs.find(({ word }) => word === first.text);
    if (knob && first) {
      this.#headerComments = this.#headerComments.concat(this.#pendingComments);
      this.#pendingComments = [];
      if (comment !== undefined) this.#headerComments.push(comment);
      this.#readKnob(knob, first, tokens);
    } else if (first) {
      this.#readBlock(tokens, comment);
    } else if (comment !== undefined) {
      this.#pendingComments.push(comment);
    }
  }

  #readKnob(knob: (typeof knobs)[number], word: Token, tokens: readonly Token[]): void {
    const range = { from: word.from, to: tokens.at(-1)?.to ?? word.to };
    if (Object.hasOwn(this.#headerRanges, word.text)) {
      this.#problems.error(
        `"${word.text}" is given twice; the first one counts.`,
        range,
        removal(range, 'Remove the second'),
      );
      return;
    }
    this.#headerRanges[word.text] = range;
    if (this.#blocks.length > 0) {
      this.#problems.warning(`"${word.text}" belongs above the blocks: it counts for the whole net.`, range);
    }
    knob.read({ word, tokens: tokens.slice(1), problems: this.#problems }, this.#header);
  }

  #readBlock(tokens: readonly Token[], comment: string | undefined): void {
    const line = readBlockLine(splitLine(tokens), this.vocabulary, this.#problems, this.#before, headerWords);
    if (!line) {
      this.#incomplete = true;
      if (comment !== undefined) this.#pendingComments.push(comment);
      return;
    }
    this.#repeats += line.repeats;
    if (this.#repeats > limits.blocks) return this.#tooManyBlocks(line);
    let { sameStage } = line;
    if (sameStage && this.#blocks.length === 0) {
      const plus = { from: line.range.from, to: line.wordRange?.from ?? line.range.to };
      this.#problems.error(
        'A "+" continues the stage of the line above; there is none.',
        plus,
        replaceWith(plus, '', 'Remove the +'),
      );
      sameStage = false;
    }
    const untitled = this.#blocks.length === 0 && Object.keys(this.#headerRanges).length === 0;
    if (untitled) this.#headerComments = this.#pendingComments;
    this.#blocks.push({
      ...line,
      sameStage,
      ...(!untitled && this.#pendingComments.length > 0 && { comments: this.#pendingComments }),
      ...(comment !== undefined && { note: comment }),
    });
    this.#pendingComments = [];
    Object.assign(this.#before, line.args);
  }

  #tooManyBlocks(line: BlockLine): void {
    this.#full = true;
    const room = limits.blocks - this.#repeats + line.repeats;
    const fix = line.repeatsRange && room > 0 ? replaceWith(line.repeatsRange, `x${room}`) : undefined;
    this.#problems.error(
      `A net has at most ${limits.blocks} blocks, repeats included; this line and what follows are left out.`,
      line.range,
      fix,
    );
  }

  finish(text: string): Parsed {
    const problems = this.#problems;
    this.#limitDepth();
    this.#missingEnds(text);
    const untitled = this.#blocks.length === 0 && Object.keys(this.#headerRanges).length === 0;
    const architecture: Architecture = {
      header: this.#header,
      blocks: this.#blocks,
      headerRanges: this.#headerRanges,
      comments: untitled ? this.#pendingComments : this.#headerComments,
      closingComments: untitled ? [] : this.#pendingComments,
    };
    const stopped = problems.full
      ? [
          {
            severity: 'error' as const,
            message: `There are ${limits.problems} problems or more; the rest of the text was not read.`,
            range: { from: text.length, to: text.length },
          },
        ]
      : [];
    return { architecture, problems: [...problems.problems, ...stopped] };
  }

  #limitDepth(): void {
    const { depth } = this.#header;
    if (countBlocks(this.#blocks, depth, this.vocabulary) <= limits.blocks) return;
    const range = this.#headerRanges['depth'] ?? { from: 0, to: 0 };
    let most = Math.floor(depth * 100);
    while (most > 1 && countBlocks(this.#blocks, most / 100, this.vocabulary) > limits.blocks) most--;
    const fits = printNumber(most / 100);
    this.#problems.error(
      `Depth ${printNumber(depth)} makes more than ${limits.blocks} blocks; up to ${fits} fits.`,
      range,
      replaceWith(range, `depth ${fits}`),
    );
    this.#header.depth = 1;
  }

  #missingEnds(text: string): void {
    if (this.#incomplete || this.stopped) return;
    const end = { from: text.length, to: text.length };
    const newline = text === '' || /[\n\r]$/.test(text) ? '' : '\n';
    const last = this.#blocks.at(-1);
    if (!last) {
      const stem = { label: 'Add a stem', range: end, insert: `${newline}conv k3 s2 c32\n` };
      return this.#problems.error(
        'There is no block yet. A net begins with its stem, for example "conv k3 s2 c32".',
        end,
        stem,
      );
    }
    const { family, task } = this.#header;
    if (
      family === 'mobiledet' ||
      task !== undefined ||
      this.#blocks.some(({ word, args }) => word === 'part' || args['out'] !== undefined)
    )
      return;
    if (this.#blocks.some(({ word }) => this.vocabulary.get(word)?.place === 'head')) return;
    const head = { label: 'Add pool and linear', range: end, insert: `${newline}pool\nlinear c1000\n` };
    this.#problems.warning(
      'The net has no head, so it gives features and no classes: end with "pool" and "linear c1000".',
      last.range,
      head,
    );
  }
}

/** Blocks after repeats and depth scaling: timm rounds up per stage and scales neither stem nor head, so no expansion makes more. */
function countBlocks(lines: readonly BlockLine[], depth: number, vocabulary: Vocabulary): number {
  let total = 0;
  let stage = 0;
  for (const [i, { word, repeats, sameStage, args }] of lines.entries()) {
    if (!sameStage) {
      total += Math.ceil(stage);
      stage = 0;
    }
    const fixed = i === 0 || args['fixdepth'] !== undefined || vocabulary.get(word)?.place === 'head';
    stage += fixed ? repeats : Math.max(1, repeats * depth);
  }
  return total + Math.ceil(stage);
}
