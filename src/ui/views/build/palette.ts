// What the palette offers, in which order, and how a search narrows it.
import type { Architecture, BlockLine } from '../../../graph/architecture.ts';
import type { Block } from '../../../graph/blocks/block.ts';
import { blocks } from '../../../graph/blocks/index.ts';
import { families } from '../../../graph/blocks/naming.ts';
import { insertionPoint, nothingTyped, proposeLine, readTyped, type Typed } from './new-line.ts';

export type GroupName = 'Stem' | 'Convolution' | 'Attention and transformer' | 'Branches' | 'Head';

export interface PaletteItem {
  readonly id: string;
  readonly block: Block;
  readonly title: string;
  readonly doc: string;
  readonly source: string;
  readonly typed: Typed;
  /** Lines in order, when the item is more than its block's own line. */
  readonly recipe?: readonly (readonly [word: string, args: string])[];
}

export interface PaletteGroup {
  readonly name: GroupName;
  /** Why the group comes first now. */
  readonly hint?: string;
  readonly items: readonly PaletteItem[];
}

const attention: ReadonlySet<string> = new Set(['mqa', 'mha', 'flatten', 'mb3d', 'mhsa', 'vit']);

/** Lines with weights that stand in the parts of a net with branches. */
const branching: ReadonlySet<string> = new Set(['ssd', 'timepool', 'timepool2d']);

const groupOf = ({ word, place }: Block): GroupName =>
  place === 'stem'
    ? 'Stem'
    : place === 'head'
      ? 'Head'
      : place === 'join' || place === 'part' || branching.has(word)
        ? 'Branches'
        : attention.has(word)
          ? 'Attention and transformer'
          : 'Convolution';

const itemOf = (block: Block, typed: Typed = nothingTyped): PaletteItem => ({
  id: block.word,
  block,
  title: block.word,
  doc: block.doc,
  source: block.source,
  typed,
});

/** Lines that end a net of a family, as its reference implementation has them. */
function headRecipe(family: string, architecture: Architecture): PaletteItem | undefined {
  const block = blocks.get('pool');
  if (!block || /^(t2t|efficientformer)/.test(family)) return undefined;
  const classes = ['linear', ''] as const;
  const plain: PaletteItem['recipe'] = [['pool', ''], classes];
  const recipe = families.get(family)?.headBeforePool
    ? ([['conv', 'k1 c1280'], ...plain] as const)
    : family === 'mobilenetv4'
      ? ([['conv', 'k1 c960'], ['pool', ''], ['conv', 'k1 c1280'], classes] as const)
      : family === 'mobilenetv3'
        ? ([['conv', 'k1 c960'], ['pool', ''], ['conv', 'k1 c1280 nonorm bias'], classes] as const)
        : plain;
  const words = recipe.map(([word, args]) => `${word}${args === '' ? '' : ` ${args}`}`).join(', ');
  return {
    id: 'head',
    block,
    title: 'head',
    doc: `The lines that end a net of the ${family} family: ${words}.`,
    source: `Where ${architecture.header.family} nets of the reference implementation end`,
    typed: nothingTyped,
    recipe,
  };
}

/** Groups in the order in which a net is built: a stem into an empty document, a head once there are blocks without one. */
export function paletteGroups(architecture: Architecture): PaletteGroup[] {
  const { blocks: lines, header } = architecture;
  const byGroup = new Map<GroupName, PaletteItem[]>();
  for (const block of blocks.values()) {
    const name = groupOf(block);
    byGroup.set(name, [...(byGroup.get(name) ?? []), itemOf(block)]);
  }
  const conv = blocks.get('conv');
  const stems = [...(conv ? [{ ...itemOf(conv), id: 'stem' }] : []), ...(byGroup.get('Stem') ?? [])];
  const head = headRecipe(header.family, architecture);
  const heads = [...(head ? [head] : []), ...(byGroup.get('Head') ?? [])];
  const hasHead = lines.some(({ word }) => blocks.get(word)?.place === 'head');
  const convolution: PaletteGroup = { name: 'Convolution', items: byGroup.get('Convolution') ?? [] };
  const transformer: PaletteGroup = {
    name: 'Attention and transformer',
    items: byGroup.get('Attention and transformer') ?? [],
  };
  const branches: PaletteGroup = { name: 'Branches', items: byGroup.get('Branches') ?? [] };
  if (lines.length === 0) {
    const blocksLater = { ...convolution, items: convolution.items.filter(({ block }) => block !== conv) };
    return [
      { name: 'Stem', hint: 'a net begins with one', items: stems },
      blocksLater,
      transformer,
      branches,
      { name: 'Head', items: heads },
    ];
  }
  const ending: PaletteGroup = {
    name: 'Head',
    ...(!hasHead && lines.length > 1 && { hint: 'this net has none yet' }),
    items: heads,
  };
  return [convolution, transformer, branches, ending, { name: 'Stem', items: byGroup.get('Stem') ?? [] }];
}

/**
 * Groups narrowed by a query. A query that begins with a block's word may go on with its arguments, `mbconv x2 k3 s2 c24 e6`:
 * they are then part of the item. Otherwise every word of the query must occur in the item's word, sentence, source or labels.
 */
export function search(groups: readonly PaletteGroup[], query: string): readonly PaletteGroup[] {
  const text = query.trimStart().toLowerCase();
  if (text === '') return groups;
  const plus = text.startsWith('+');
  const [first = '', ...others] = text.replace(/^\+\s*/, '').split(/\s+/);
  const exact = blocks.get(first);
  /** Items with a rank above 0, the best first, and with them their group. */
  const narrow = (rankOf: (item: PaletteItem) => number): PaletteGroup[] =>
    groups
      .map((group) => {
        const ranked = group.items.map((item) => ({ item, rank: rankOf(item) })).filter(({ rank }) => rank > 0);
        ranked.sort((a, b) => b.rank - a.rank);
        return { group: { ...group, items: ranked.map(({ item }) => item) }, best: ranked[0]?.rank ?? 0 };
      })
      .filter(({ best }) => best > 0)
      .sort((a, b) => b.best - a.best)
      .map(({ group }) => group);
  if (exact && (others.length > 0 || plus)) {
    const rest = text.slice(text.indexOf(first) + first.length);
    const typed = { ...readTyped(exact, rest), sameStage: plus };
    const [group] = narrow(({ block, recipe }) => (block === exact && !recipe ? 1 : 0));
    const [item] = group?.items ?? [];
    return group && item ? [{ name: group.name, items: [{ ...item, typed }] }] : [];
  }
  const words = [first, ...others].filter(Boolean);
  const has = (haystack: string): boolean => words.every((word) => haystack.toLowerCase().includes(word));
  return narrow(({ title, doc, source, block }) => {
    if (title === first) return 5;
    if (title.startsWith(first) && words.length === 1) return 4;
    if (title.includes(first) && has(`${title} ${doc} ${source}`)) return 3;
    if (has(`${title} ${doc} ${source}`)) return 2;
    return has(`${title} ${doc} ${source} ${block.args.map(({ label }) => label).join(' ')}`) ? 1 : 0;
  });
}

/** The lines that an item inserts before position `at`. */
export function linesOf(item: PaletteItem, architecture: Architecture, at: number): BlockLine[] {
  if (!item.recipe) return [proposeLine(item.block.word, architecture, at, item.typed)];
  const lines: BlockLine[] = [];
  const before = architecture.blocks.slice(0, at);
  for (const [word, args] of item.recipe) {
    const block = blocks.get(word);
    const so = { ...architecture, blocks: [...before, ...lines, ...architecture.blocks.slice(at)] };
    if (block) lines.push({ ...proposeLine(word, so, at + lines.length, readTyped(block, args)), sameStage: false });
  }
  return lines;
}

/** Where an item goes when it is not dropped anywhere. */
export const placeOf = (item: PaletteItem, architecture: Architecture, selected: ReadonlySet<number>): number =>
  item.recipe && selected.size === 0
    ? architecture.blocks.length
    : insertionPoint(item.block.word, architecture, selected);
