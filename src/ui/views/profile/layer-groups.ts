// What of the layer table is looked at: rows that match words or a kind of work, and rows added up by stage, resolution or kind.
import type { WorkKind } from '../../../graph/ir/op-words.ts';
import { resolutionOf } from '../../drawing/scene.ts';
import { offTogether, type BlockRow, type KernelRow } from './rows.ts';

export type Grouping = 'none' | 'stage' | 'resolution' | 'block' | 'work';
export const groupings: readonly { readonly id: Grouping; readonly label: string }[] = [
  { id: 'none', label: 'not grouped' },
  { id: 'stage', label: 'by stage' },
  { id: 'resolution', label: 'by resolution' },
  { id: 'block', label: 'by kind of block' },
  { id: 'work', label: 'by kind of work' },
];

/** Blocks, and in them kernels, whose names, arguments, ops or kernels have all the words; `work`: kernels of one kind alone. */
export function filterRows(blocks: readonly BlockRow[], text: string, work: WorkKind | ''): BlockRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return blocks.flatMap((block) => {
    const about = `${block.name} ${block.word} ${block.detail}`.toLowerCase();
    const missing = words.filter((word) => !about.includes(word));
    const kernels = block.kernels.filter((kernel) => {
      const own = `${kernel.name} ${kernel.ops} ${kernel.kernel}`.toLowerCase();
      return (work === '' || kernel.works.has(work)) && missing.every((word) => own.includes(word));
    });
    const kept = (missing.length === 0 && work === '') || kernels.length > 0;
    return kept ? [{ ...block, kernels }] : [];
  });
}

/** Rows added up; each opens into its kernels. */
export function groupRows(blocks: readonly BlockRow[], grouping: Grouping): readonly BlockRow[] {
  if (grouping === 'none') return blocks;
  const groups = new Map<string, { blocks: BlockRow[]; kernels: KernelRow[] }>();
  const groupOf = (name: string) => {
    const known = groups.get(name);
    if (known) return known;
    const made = { blocks: [], kernels: [] };
    groups.set(name, made);
    return made;
  };
  for (const block of blocks) {
    if (grouping === 'work') for (const kernel of block.kernels) groupOf(kernel.work).kernels.push(kernel);
    else {
      const group = groupOf(nameOf(block, grouping));
      group.blocks.push(block);
      group.kernels.push(...block.kernels);
    }
  }
  return [...groups].map(([name, group], position): BlockRow => {
    const members = group.blocks.length > 0 ? group.blocks : group.kernels;
    const count = `${members.length} ${group.blocks.length > 0 ? 'block' : 'kernel'}${members.length === 1 ? '' : 's'}`;
    const ms = total(members, 'ms');
    const macs = total(members, 'macs') ?? 0;
    const bytes = total(members, 'bytes');
    return {
      kind: 'block',
      key: `group:${name}`,
      position,
      line: -1,
      repeat: 0,
      name,
      word: count,
      detail: '',
      output: members.at(-1)?.output ?? [],
      nodes: members.flatMap(({ nodes }) => nodes),
      kernels: group.kernels,
      params: total(members, 'params') ?? 0,
      macs,
      bytes,
      ms,
      msOff: offTogether(members),
      share: total(members, 'share'),
      macRate: ms ? (macs / ms) * 1000 : undefined,
      byteRate: ms && bytes !== undefined ? (bytes / ms) * 1000 : undefined,
      baselineMs: group.blocks.length > 0 ? total(group.blocks, 'baselineMs') : undefined,
      ...(group.blocks.some(({ old }) => old) && { old: true }),
    };
  });
}

function total<Key extends string>(rows: readonly Readonly<Record<Key, number | undefined>>[], key: Key) {
  let sum: number | undefined;
  for (const row of rows) if (row[key] !== undefined) sum = (sum ?? 0) + row[key];
  return sum;
}

/** `blocks.2` of `blocks.2.0`; the stem and the head are stages of their own. */
function nameOf({ name, word, output }: BlockRow, grouping: 'stage' | 'resolution' | 'block'): string {
  if (grouping === 'resolution') return resolutionOf(output);
  return grouping === 'block' ? word : (/^(?:blocks|stages|layers)\.\d+/.exec(name)?.[0] ?? name);
}
