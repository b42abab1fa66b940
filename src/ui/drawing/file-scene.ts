// The picture of a model file that does not become a graph of ours: its own nodes, in blocks by name, those without an operator marked.
import type { Architecture } from '../../graph/architecture.ts';
import type { FileFacts, FileNode } from '../../graph/formats/open-net.ts';
import type { Scene, Unit } from './scene.ts';

/** Cards of a column: without resolutions to part them by. */
const columnCards = 12;

export const unknownText = ({ name, kind, reason = '' }: FileNode): string => `${kind} "${name}" ${reason}`;

export function sceneOfFile({ blocks }: Architecture, { nodes }: FileFacts): Scene {
  const members = blocks.map((): FileNode[] => []);
  for (const node of nodes) members[node.block]?.push(node);
  let input: readonly number[] = [];
  const units = members.map((own, line): Unit => {
    const unknown = own.filter(({ reason }) => reason !== undefined).map(unknownText);
    const output = own.at(-1)?.shape ?? [];
    const unit: Unit = {
      key: `${line}:0`,
      line,
      repeat: 0,
      name: blocks[line]?.word ?? '',
      word: blocks[line]?.word ?? '',
      detail: blocks[line]?.summary ?? '',
      nodes: [],
      input,
      output,
      residual: false,
      reduces: false,
      ...(unknown.length > 0 && { unknown }),
    };
    input = output;
    return unit;
  });
  const columns = Array.from({ length: Math.ceil(units.length / columnCards) }, (_, at) => ({
    title: at === 0 ? 'nodes of the file' : '',
    units: units.slice(at * columnCards, (at + 1) * columnCards),
  }));
  return { columns, units };
}
