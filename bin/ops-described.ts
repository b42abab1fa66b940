// The page only describes ops: shapes, counts, drawings. What computes them (`reference`, WGSL) and writes them as ONNX or PyTorch belongs
// to the workers, whose bundles are built apart; left out of the page's own, it spares a tenth of the first load.
import type { Plugin } from 'vite';

const opFile = /\/src\/gpu-kernels\/ops\/[^/]+\.ts$/;

/** What stands in for a member, should the page ever ask for it. */
const replacements: Readonly<Record<string, string>> = {
  reference: 'reference: ofWorkers',
  wgsl: 'wgsl: ofWorkers',
  pointwise: 'pointwise: ofWorkers',
  onnx: 'onnx: { write: ofWorkers }',
  pytorch: 'pytorch: { leaves: ofWorkers, expression: ofWorkers }',
};
const ofWorkers =
  "const ofWorkers = () => { throw new Error('The page describes ops; its workers run and export them.'); };\n";

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly key?: { readonly name?: string };
}

/** For the page's bundle alone: Vite builds workers with plugins of their own. */
export const opsDescribed: Plugin = {
  name: 'ops-described',
  apply: 'build',
  enforce: 'post',
  transform(code, id) {
    if (!opFile.test(id)) return undefined;
    const found: Node[] = [];
    visit(this.parse(code), found);
    if (found.length === 0) return undefined;
    let text = '';
    let from = 0;
    for (const { start, end, key } of found.toSorted((a, b) => a.start - b.start)) {
      text += code.slice(from, start) + replacements[key?.name ?? ''];
      from = end;
    }
    return { code: ofWorkers + text + code.slice(from), map: null };
  },
};

/** Collects the members of object literals that have a replacement; what is inside of one goes with it. */
function visit(value: unknown, found: Node[]): void {
  if (Array.isArray(value)) for (const item of value) visit(item, found);
  else if (typeof value === 'object' && value !== null) {
    const node = value as Node;
    if (node.type === 'ObjectPattern') return;
    if (node.type === 'Property' && Object.hasOwn(replacements, node.key?.name ?? '')) found.push(node);
    else for (const child of Object.values(node)) visit(child, found);
  }
}
