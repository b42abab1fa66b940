// Random architectures for the property tests, drawn from the block registry, so a new block or argument is covered by being registered.
import fc from 'fast-check';
import {
  activationNames,
  normNames,
  taskNames,
  type Architecture,
  type ArgumentValue,
  type BlockLine,
  type Header,
} from '../../../src/graph/architecture.ts';
import { blocks } from '../../../src/graph/blocks/index.ts';
import type { Argument } from '../../../src/graph/blocks/block.ts';
import { families } from '../../../src/graph/blocks/naming.ts';
import { argumentsOf } from '../../../src/graph/notation/argument-text.ts';
import { limits } from '../../../src/graph/limits.ts';

const nowhere = { from: 0, to: 0 };

/** Decimals that a person could write, each with one spelling. */
const decimal = (min: number, max: number) =>
  fc.double({ min, max, noNaN: true }).map((value) => Math.min(max, Math.max(min, Number(value.toFixed(3)))));

/** What a line reads is seldom there under a random name. */
const mostlyInput = (other: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant('input') }, { weight: 1, arbitrary: other });
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);

function valueOf(argument: Argument): fc.Arbitrary<ArgumentValue> {
  const { min = 0, max = limits.argument } = argument;
  switch (argument.kind) {
    case 'flag':
      return fc.constant(true);
    case 'word':
      if (argument.words) return fc.constantFrom(...argument.words);
      return argument.key === 'to' ? mostlyInput(name) : name;
    case 'names':
      return mostlyInput(fc.array(name, { minLength: 1, maxLength: 4 }).map((list) => list.join(',')));
    case 'int':
      return fc.integer({ min, max });
    case 'number':
      return decimal(min, max);
    case 'ints':
      return fc.oneof(
        fc.integer({ min, max }),
        fc.array(fc.integer({ min, max }), { minLength: 2, maxLength: limits.listLength }),
      );
  }
}

const comment = fc.stringMatching(/^#:? ?[a-zäß€𝒳0-9 .,#]{0,12}$/u).map((text) => text.trimEnd());

const lineOf = (word: string, maxRepeats: number): fc.Arbitrary<BlockLine> => {
  const block = blocks.get(word);
  const definitions = argumentsOf(block ?? { args: [] });
  const args = fc.record(Object.fromEntries(definitions.map((definition) => [definition.key, valueOf(definition)])), {
    requiredKeys: definitions.filter(({ required }) => required).map(({ key }) => key),
  });
  return fc
    .record({
      args,
      repeats:
        block?.place === 'head' || block?.place === 'part' ? fc.constant(1) : fc.integer({ min: 1, max: maxRepeats }),
      sameStage: fc.boolean(),
      comments: fc.array(comment, { maxLength: 2 }),
      note: fc.option(comment, { nil: undefined }),
    })
    .map(({ comments, note, ...line }) => ({
      word,
      ...line,
      range: nowhere,
      argRanges: {},
      ...(comments.length > 0 && { comments }),
      ...(note !== undefined && { note }),
    }));
};

const header: fc.Arbitrary<Header> = fc
  .record({
    input: fc.tuple(
      fc.integer({ min: 1, max: 8192 }),
      fc.integer({ min: 1, max: 2048 }),
      fc.integer({ min: 1, max: 2048 }),
    ),
    family: fc.constantFrom(...families.keys()),
    act: fc.constantFrom(...activationNames),
    norm: fc.constantFrom(...normNames),
    eps: fc.option(fc.constantFrom(1e-3, 1e-5, 1e-7, 0.25), { nil: undefined }),
    width: decimal(0.01, 16),
    depth: decimal(0.01, 3),
    padding: fc.constantFrom('symmetric' as const, 'same' as const),
    round: fc.record({
      divisor: fc.integer({ min: 1, max: 1024 }),
      limit: decimal(0, 1),
      min: fc.option(fc.integer({ min: 1, max: 8192 }), { nil: undefined }),
    }),
    task: fc.option(fc.constantFrom(...taskNames), { nil: undefined }),
    rate: fc.option(fc.integer({ min: 1000, max: 384_000 }), { nil: undefined }),
    expectParams: fc.option(fc.integer({ min: 0, max: limits.parameters }), { nil: undefined }),
  })
  .map((value) => withoutUndefined({ ...value, round: withoutUndefined(value.round) }));

export const randomArchitecture = ({
  maxLines,
  maxRepeats,
}: {
  maxLines: number;
  maxRepeats: number;
}): fc.Arbitrary<Architecture> =>
  fc
    .record({
      header,
      blocks: fc.array(
        fc.constantFrom(...blocks.keys()).chain((word) => lineOf(word, maxRepeats)),
        { minLength: 1, maxLength: maxLines },
      ),
      comments: fc.array(comment, { maxLength: 3 }),
      closingComments: fc.array(comment, { maxLength: 2 }),
    })
    .map((architecture) => ({
      ...architecture,
      blocks: architecture.blocks.map((line, i) => (i === 0 ? { ...line, sameStage: false } : line)),
    }));

/** What an architecture says, without the places where it says it. */
export const meaning = ({ header: knobs, blocks: lines, comments = [], closingComments = [] }: Architecture) => ({
  header: withoutUndefined({ ...knobs, round: withoutUndefined(knobs.round) }),
  blocks: lines.map(({ word, repeats, sameStage, args, comments: above = [], note }) => ({
    word,
    repeats,
    sameStage,
    args,
    above,
    note,
  })),
  comments,
  closingComments,
});

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
