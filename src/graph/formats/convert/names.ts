// What nodes of a converted graph are called: by the file's own paths, so that blocks can be found by their names.
import type { Model, ModelNode } from '../model/model.ts';

/** Characters. A browser takes minutes to lay out a name of 300,000, and no module lies that deep. */
const longest = 160;

/** `/features/features.0/conv/Conv` → `features.0.conv`: slashes and what PyTorch's exporter says twice are taken away. */
export function pathOf(name: string): string {
  const parts = name.replace(/^\/+|\/+$/g, '').split('/');
  const kept = parts.filter((part, i) => !(i + 1 < parts.length && parts[i + 1]!.startsWith(`${part}.`)));
  return kept
    .join('.')
    .replace(/[^\w.:~-]+/g, '_')
    .slice(0, longest);
}

export function nodeNames(model: Model): { node(node: ModelNode): string; value(name: string): string } {
  // TFLite joins the names of all operators that were fused into one by semicolons.
  const value = (name: string): string =>
    pathOf((model.values.get(name)?.label ?? name).split(';', 1)[0]!.slice(0, 80)) || 'value';
  return {
    value,
    node: (node) =>
      model.format === 'onnx' && node.name !== '' ? pathOf(node.name) : value(node.outputs[0] ?? node.kind),
  };
}
