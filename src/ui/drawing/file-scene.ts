// The picture of a model file that does not become a graph of ours: its own nodes, in blocks by name, those without an operator marked.
import type { Architecture } from '../../graph/architecture.ts';
import type { FileFacts, FileNode } from '../../graph/formats/open-net.ts';
import { resolutionOf, type Scene, type Unit } from './scene.ts';

/** With the channel last, as maps are shown. */
const shown = (format: FileFacts['format'], shape: readonly number[]): readonly number[] =>
  format === 'onnx' && shape.length === 4 ? [0, 2, 3, 1].map((axis) => shape[axis] as number) : shape;

const unknownText = ({ name, kind, reason = '' }: FileNode): string => `${kind} "${name}" ${reason}`;

export function sceneOfFile({ blocks }: Architecture, { nodes, format }: FileFacts): Scene {
  const members = blocks.map((): FileNode[] => []);
  for (const node of nodes) members[node.block]?.push(node);
  const outputs = members.map((own) => shown(format, own.findLast(({ shape }) => shape)?.shape ?? []));
  const units = members.map((own, line): Unit => {
    const unknown = own.filter(({ reason }) => reason !== undefined).map(unknownText);
    const reads = [...new Set(own.flatMap((node) => node.reads))];
    return {
      key: `${line}:0`,
      line,
      repeat: 0,
      name: blocks[line]?.word ?? '',
      word: blocks[line]?.word ?? '',
      detail: blocks[line]?.summary ?? '',
      nodes: [],
      sources: reads.map((block) => `${block}:0`),
      input: outputs[reads[0] ?? -1] ?? [],
      output: outputs[line] ?? [],
      residual: false,
      reduces: false,
      ...(unknown.length > 0 && { unknown }),
    };
  });
  // Where a shape is not known the nodes stay with those before them.
  const columns: { title: string; units: Unit[] }[] = [];
  for (const unit of units) {
    const last = columns.at(-1);
    const title = unit.output.length === 0 ? (last?.title ?? 'shape unknown') : resolutionOf(unit.output);
    if (last?.title === title) last.units.push(unit);
    else columns.push({ title, units: [unit] });
  }
  return { columns, units };
}
