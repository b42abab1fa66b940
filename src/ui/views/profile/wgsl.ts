// WGSL for reading: indented by its braces, cut into coloured tokens, and what was written into it as literals.

export type WgslTokenKind = 'text' | 'comment' | 'attribute' | 'keyword' | 'type' | 'number' | 'call';

export interface WgslToken {
  readonly kind: WgslTokenKind;
  readonly text: string;
}

const keywords = new Set(
  'alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop override requires return struct switch true var while'.split(
    ' ',
  ),
);
const type =
  /^(?:bool|[iuf]32|f16|vec[234](?:[iufh])?|mat[234]x[234][fh]?|array|atomic|ptr|storage|workgroup|private|function|uniform|read|read_write|write)$/;

const pattern = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))`,
    String.raw`(?<attribute>@[A-Za-z_]\w*)`,
    String.raw`(?<number>0[xX][0-9a-fA-F]+[iu]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?)`,
    String.raw`(?<word>[A-Za-z_]\w*)`,
  ].join('|'),
  'g',
);

/** Tokens whose texts joined are the source. Never throws: what it does not know is text. */
export function tokens(source: string): WgslToken[] {
  const result: WgslToken[] = [];
  let at = 0;
  const push = (kind: WgslTokenKind, text: string): void => {
    const last = result.at(-1);
    if (kind === 'text' && last?.kind === 'text') result[result.length - 1] = { kind, text: last.text + text };
    else if (text !== '') result.push({ kind, text });
  };
  for (const match of source.matchAll(pattern)) {
    push('text', source.slice(at, match.index));
    const [text] = match;
    const { comment, attribute, number } = match.groups ?? {};
    at = match.index + text.length;
    if (comment !== undefined) push('comment', text);
    else if (attribute !== undefined) push('attribute', text);
    else if (number !== undefined) push('number', text);
    else if (keywords.has(text)) push('keyword', text);
    else if (type.test(text)) push('type', text);
    else if (source[at] === '(') push('call', text);
    else push('text', text);
  }
  push('text', source.slice(at));
  return result;
}

/** One array of tokens a line, without the line ends; a comment over several lines is cut at them. */
export function tokenLines(source: string): WgslToken[][] {
  const lines: WgslToken[][] = [[]];
  for (const token of tokens(source)) {
    token.text.split('\n').forEach((text, index) => {
      if (index > 0) lines.push([]);
      if (text !== '') lines.at(-1)?.push({ kind: token.kind, text });
    });
  }
  return lines;
}

/** The kernels' generators write flush left: each line is set in by the braces that are open before it. Runs of blank lines become one. */
export function indented(source: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const raw of source.split('\n')) {
    const line = raw.trim();
    if (line === '') {
      if (lines.at(-1) !== '' && lines.length > 0) lines.push('');
      continue;
    }
    const code = line.replace(/\/\/.*$/, '');
    const closing = /^[})\]]+/.exec(code)?.[0].length ?? 0;
    lines.push('  '.repeat(Math.max(0, depth - closing)) + line);
    depth = Math.max(0, depth + (code.match(/[{([]/g)?.length ?? 0) - (code.match(/[})\]]/g)?.length ?? 0));
  }
  while (lines.at(-1) === '') lines.pop();
  return lines.join('\n');
}

/** Invocations a workgroup in x, y, z; undefined when the text does not say it in plain numbers. */
export function workgroupSize(source: string): readonly [number, number, number] | undefined {
  const match = /@workgroup_size\(\s*(\d+)u?\s*(?:,\s*(\d+)u?\s*)?(?:,\s*(\d+)u?\s*)?\)/.exec(source);
  return match ? [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)] : undefined;
}

/** Variables that the invocations of a workgroup share, as declared. */
export function sharedVariables(source: string): { readonly name: string; readonly type: string }[] {
  return [...source.matchAll(/var<workgroup>\s*(\w+)\s*:\s*([^;]+);/g)].map(([, name, declared]) => ({
    name: name as string,
    type: (declared as string).trim(),
  }));
}
