// What is wrong with the names of a document: unknown, read too early, given twice, one too many; each at its place, with a fix.
import { namesOf, type Architecture, type BlockLine } from '../architecture.ts';
import type { Block } from '../blocks/block.ts';
import { blocks } from '../blocks/index.ts';
import type { Problem, Range } from '../ir/graph.ts';
import { limits } from '../limits.ts';
import { nearest } from './nearest.ts';
import { ProblemList, quote, removal, replaceWith } from './problem-list.ts';

/** Module names of the backbone, which no part may take. */
const backbone: ReadonlySet<string> = new Set([
  'blocks',
  'stages',
  'stem',
  'head',
  'conv_stem',
  'conv_head',
  'bn1',
  'bn2',
  'norm_head',
  'classifier',
]);
/** `input` is the picture. */
const picture = 'input';

interface Given {
  readonly name: string;
  readonly range: Range;
  readonly line: number;
}

/** The problems of names, in text order. With an error among them the net cannot be built. */
export function nameProblems({ blocks: lines }: Architecture): readonly Problem[] {
  const list = new ProblemList();
  const given = lines.flatMap((line, number) => givenBy(line, number));
  const first = new Map<string, Given>();
  for (const one of given) {
    if (!first.has(one.name)) first.set(one.name, one);
  }
  const taken = new Set([picture, ...given.map(({ name }) => name)]);
  const parts = new Set<string>();
  lines.forEach((line, number) => {
    const block = blocks.get(line.word);
    if (!block || list.full) return;
    if (block.place === 'part') partProblems(line, parts, list);
    for (const one of given.filter((candidate) => candidate.line === number)) {
      if (one.name === picture)
        list.error(
          `"${picture}" is the net’s input and cannot name a result.`,
          one.range,
          replaceWith(one.range, free(picture, taken)),
        );
      else if (first.get(one.name) !== one)
        list.error(
          `"${one.name}" names two results; a name stands for one.`,
          one.range,
          replaceWith(one.range, free(one.name, taken)),
        );
    }
    readProblems(line, number, first, list);
    countProblems(line, block, list);
  });
  return list.problems;
}

function partProblems(line: BlockLine, parts: Set<string>, list: ProblemList): void {
  const name = String(line.args.name);
  const range = line.argRanges.name ?? line.range;
  // `head` is free for parts: no backbone of a net with parts has a module of that name of its own.
  if (name !== 'head' && backbone.has(name))
    list.error(
      `"${name}" is what the backbone’s own modules are called.`,
      range,
      replaceWith(range, free(name, parts)),
    );
  else if (parts.has(name)) list.error(`There are two parts "${name}".`, range, replaceWith(range, free(name, parts)));
  parts.add(name);
}

/** Every name that the line reads must be given by a line above it. */
function readProblems(line: BlockLine, number: number, first: ReadonlyMap<string, Given>, list: ProblemList): void {
  for (const { name, range } of [...namesIn(line, 'from'), ...namesIn(line, 'to')]) {
    const source = first.get(name);
    if (name === picture || (source && source.line < number)) continue;
    if (source) {
      const where = source.line === number ? 'this line itself' : 'a line further down';
      list.error(`"${name}" names the result of ${where}; a line reads what stands above it.`, range);
      continue;
    }
    const above = [picture, ...[...first.values()].filter((one) => one.line < number).map((one) => one.name)];
    const near = nearest(name, above);
    const hint = near === undefined ? `Names above: ${above.slice(0, 12).join(', ')}.` : `Did you mean "${near}"?`;
    list.error(
      `No line is named ${quote(name)}. ${hint}`,
      range,
      near === undefined ? undefined : replaceWith(range, near),
    );
  }
}

/** How many results a line reads and gives. */
function countProblems(line: BlockLine, block: Pick<Block, 'results' | 'readsSeveral'>, list: ProblemList): void {
  const [reads, outs] = [namesIn(line, 'from'), namesIn(line, 'out')];
  const { word } = line;
  if (block.readsSeveral && !block.results && reads.length < 2) {
    const range = line.argRanges.from ?? line.wordRange ?? line.range;
    list.error(`"${word}" joins at least two results, as in "from=a,b".`, range);
  }
  if (!block.readsSeveral && reads.length > 1) {
    const range = { from: (reads[1] as Given).range.from - 1, to: line.argRanges.from?.to ?? line.range.to };
    list.error(
      `"${word}" reads one result, not ${reads.length}; join them on a line "concat" or "sum" first.`,
      range,
      replaceWith(range, '', 'Keep the first'),
    );
  }
  const results = block.results ?? [''];
  if (outs.length > 0 && outs.length !== results.length) {
    const range = line.argRanges.out ?? line.range;
    const wanted = results.length === 1 ? 'one result' : `${results.length} results (${results.join(' and ')})`;
    const insert = results.length === 1 ? `out=${(outs[0] as Given).name}` : `out=${results.join(',')}`;
    list.error(`"${word}" gives ${wanted}, not ${outs.length}.`, range, replaceWith(range, insert));
  }
  if (block.results && line.args.as !== undefined) {
    const range = line.argRanges.as ?? line.range;
    list.error(
      `"${word}" gives ${results.length} results; "out" names them, "as" cannot.`,
      range,
      removal(range, 'Remove as'),
    );
  }
}

/** Names that a line gives to its results; `out` may repeat the name of `as`. */
function givenBy(line: BlockLine, number: number): readonly Given[] {
  const own = ['mid', 'as', 'out'].flatMap((key) => namesIn(line, key, number));
  const as = line.args.as;
  return own.filter(({ name, range }) => name !== as || range.from === namesIn(line, 'as')[0]?.range.from);
}

/** The names of one argument, each with its place. */
function namesIn(line: BlockLine, key: string, number = 0): readonly Given[] {
  const place = line.argRanges[key] ?? line.range;
  let from = place.from + key.length + 1;
  return namesOf(line.args[key]).map((name) => {
    const range = { from, to: from + name.length };
    from += name.length + 1;
    return { name, range, line: number };
  });
}

/** A name like the wish that nothing has yet. */
function free(wish: string, taken: ReadonlySet<string>): string {
  for (let n = 2; n < limits.blocks; n++) if (!taken.has(`${wish}${n}`)) return `${wish}${n}`;
  return `${wish}x`;
}
