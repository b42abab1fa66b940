// The tree of PyTorch modules behind dotted parameter names, written as nested constructors.

/** What a path stands for: a constructor call, members below it, or both (an activation inside a norm). */
interface Branch {
  call?: string;
  readonly children: Map<string, Branch>;
}

const isIndex = (key: string): boolean => /^(0|[1-9]\d*)$/.test(key);
const isIdentifier = (key: string): boolean => /^[A-Za-z_]\w*$/.test(key);
export const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** Branches whose keys are numbers are lists; a gap in the numbers is filled with a module without parameters. */
const isList = ({ call, children }: Branch): boolean =>
  call === undefined && children.size > 0 && [...children.keys()].every(isIndex);

export class Tree {
  readonly #root: Branch = { children: new Map() };
  /** True when a module holds others besides its own parameters: the text then needs the helper `holding`. */
  readonly holds: boolean;

  /** Path → constructor call of the module or parameter there. */
  constructor(leaves: ReadonlyMap<string, string>) {
    for (const [path, call] of leaves) {
      let branch = this.#root;
      for (const key of path.split('.')) {
        const next = branch.children.get(key) ?? { children: new Map<string, Branch>() };
        branch.children.set(key, next);
        branch = next;
      }
      branch.call = call;
    }
    const anyHolds = ({ call, children }: Branch): boolean =>
      (call !== undefined && children.size > 0) || [...children.values()].some(anyHolds);
    this.holds = anyHolds(this.#root);
  }

  /** Statements that build the tree in a constructor, indented by `indent` spaces. */
  print(indent: number): string[] {
    const pad = ' '.repeat(indent);
    return [...this.#root.children].flatMap(([key, child]) => {
      const lines = expression(child, indent);
      return isIdentifier(key)
        ? surround(`${pad}self.${key} = `, lines, '')
        : surround(`${pad}setattr(self, ${quote(key)}, `, lines, ')');
    });
  }

  /** `blocks.1.0.conv_dw` → `self.blocks[1][0].conv_dw`; shorter from a variable that holds the path's beginning. */
  access(path: string, from?: { readonly path: string; readonly variable: string }): string {
    const shorter = from !== undefined && path.startsWith(`${from.path}.`);
    const skip = shorter ? from.path.split('.').length : 0;
    let text = shorter ? from.variable : 'self';
    let branch: Branch | undefined = this.#root;
    for (const [position, key] of path.split('.').entries()) {
      if (position >= skip) {
        if (branch && isList(branch)) text += `[${key}]`;
        else text = isIdentifier(key) ? `${text}.${key}` : `getattr(${text}, ${quote(key)})`;
      }
      branch = branch?.children.get(key);
    }
    return text;
  }
}

/** An expression over several lines; the first is without indentation, since something stands before it. */
function expression(branch: Branch, indent: number): string[] {
  const { call, children } = branch;
  if (children.size === 0) return [call ?? 'nn.Identity()'];
  const pad = ' '.repeat(indent + 4);
  const close = `${' '.repeat(indent)})`;
  if (isList(branch)) {
    const size = Math.max(...[...children.keys()].map(Number)) + 1;
    const items = Array.from({ length: size }, (_, index) => children.get(String(index)) ?? { children: new Map() });
    const entries = items.flatMap((item) => surround(pad, expression(item, indent + 4), ','));
    return ['nn.ModuleList([', ...entries, `${' '.repeat(indent)}])`];
  }
  const named = [...children].filter(([key]) => isIdentifier(key));
  const other = [...children].filter(([key]) => !isIdentifier(key));
  const members = named.flatMap(([key, child]) => surround(`${pad}${key}=`, expression(child, indent + 4), ','));
  const rest = other.flatMap(([key, child]) =>
    surround(`${pad}    ${quote(key)}: `, expression(child, indent + 8), ','),
  );
  return [
    call === undefined ? 'Part(' : 'holding(',
    ...(call === undefined ? [] : [`${pad}${call},`]),
    ...members,
    ...(rest.length > 0 ? [`${pad}**{`, ...rest, `${pad}},`] : []),
    close,
  ];
}

function surround(before: string, lines: readonly string[], after: string): string[] {
  return lines.map((line, index) => (index === 0 ? before : '') + line + (index === lines.length - 1 ? after : ''));
}
