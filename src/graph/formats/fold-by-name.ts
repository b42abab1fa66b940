// Files know no blocks: nodes that follow each other under one numbered module of their names are shown as one.

export interface NamedNode {
  /** Path whose parts are joined by dots. */
  readonly path: string;
  /** A convolution or another product: where names tell nothing, it begins a block. */
  readonly isProduct: boolean;
}

export interface NamedBlock {
  readonly name: string;
  /** Its nodes: a half-open range of positions. */
  readonly from: number;
  readonly to: number;
}

const isNumber = (part: string | undefined): boolean => part !== undefined && /^\d+$/.test(part);

/** `blocks.1.0` of `blocks.1.0.conv_dw`, `stages.0.blocks.1` of `stages.0.blocks.1.mlp.fc1`, `block_3` of Keras’s `block_3_expand_relu.Relu6`. */
function numberedModule(path: string): string | undefined {
  const parts = path.split('.');
  let end = parts.findIndex((part, at) => at > 0 && isNumber(part));
  if (end < 0) {
    const at = parts.findIndex((part) => /(^|_)(block|bneck|bottleneck|layer|stage|conv)_?\d+[a-z]?(_|$)/i.test(part));
    if (at < 0) return undefined;
    const own = /^(.*?(?:block|bneck|bottleneck|layer|stage|conv)_?\d+[a-z]?)(?:_|$)/i.exec(parts[at]!);
    return [...parts.slice(0, at), own?.[1] ?? parts[at]!].join('.');
  }
  while (isNumber(parts[end + 1])) end++;
  while (/^(blocks|layers?)$/.test(parts[end + 1] ?? '') && isNumber(parts[end + 2])) end += 2;
  return parts.slice(0, end + 1).join('.');
}

/** Blocks in order; every node is in one. */
export function foldByName(nodes: readonly NamedNode[]): NamedBlock[] {
  const blocks: { name: string; from: number; to: number }[] = [];
  nodes.forEach(({ path, isProduct }, at) => {
    const module = numberedModule(path);
    const last = blocks.at(-1);
    const joins = last && (module === undefined ? !isProduct : last.name === module);
    if (joins) last.to = at + 1;
    else blocks.push({ name: module ?? path, from: at, to: at + 1 });
  });
  const shared = sharedModule(blocks.map(({ name }) => name));
  return blocks.map(({ name, from, to }) => ({ name: name.slice(shared.length), from, to }));
}

/** What all names begin with, up to a dot (`MobilenetV2.`): it tells nothing. */
function sharedModule(names: readonly string[]): string {
  let [shared = ''] = names;
  for (const name of names) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  return names.length < 2 ? '' : shared.slice(0, shared.lastIndexOf('.') + 1);
}
