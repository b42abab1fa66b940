// Reads timm's `arch_def` out of pasted Python as Python would: comments are comments, and what is no plain list of strings is refused by name.

interface Token {
  readonly kind: 'string' | 'sign' | 'word' | 'line';
  readonly text: string;
  /** The line in which it stands, from 1. */
  readonly line: number;
}

export type PythonStages =
  | { readonly ok: true; readonly stages: readonly (readonly string[])[] }
  | { readonly ok: false; readonly problem: string };

/** A quoted word with an underscore: what a text must hold to be taken for block strings. */
const quotedBlock = /['"][a-z]+_[a-z0-9._{}]+['"]/;
/** Block strings without their quotes and nothing else: one a line, or with commas or spaces between. */
const unquoted = /^\s*[a-z]+_r\d[a-z0-9._]*(?:[\s,;]+[a-z]+_r\d[a-z0-9._]*)*[\s,;]*$/;
const block = /^[a-z]+_\S*$/;

export const holdsBlockStrings = (text: string): boolean => quotedBlock.test(text) || unquoted.test(text);

class Refusal extends Error {}
const refuse = (what: string, line: number): never => {
  throw new Refusal(`line ${line}: ${what}`);
};

/** The stages of the one list of block strings in a text; strings without lists are a stage each. */
export function pythonStages(text: string): PythonStages {
  try {
    const tokens = tokenize(unquoted.test(text) ? text.replace(/[^\s,;]+/g, '"$&"') : text);
    const lists = outerLists(tokens);
    if (lists.length > 1 && isRows(tokens)) return { ok: true, stages: stagesOf(bracketed(tokens), 0) };
    if (lists.length > 1)
      refuse('a second list of block strings begins here; paste one net at a time.', lists[1]?.line ?? 1);
    if (lists[0]) return { ok: true, stages: stagesOf(tokens, lists[0].at) };
    return { ok: true, stages: bareStrings(tokens) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: error.message };
    throw error;
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern =
    /([A-Za-z]{0,2})("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(#[^\n]*)|(\\?\r?\n)|([A-Za-z_][\w.]*|\d[\w.]*)|([^\s])/g;
  let line = 1;
  for (const [whole, prefix = '', quoted, comment, end, word, sign] of text.matchAll(pattern)) {
    if (quoted !== undefined) {
      const long = quoted.startsWith('"""') || quoted.startsWith("'''");
      const inside = long ? quoted.slice(3, -3) : quoted.slice(1, -1);
      if (/f/i.test(prefix))
        refuse(`${whole.slice(0, 40)} is an f-string, whose value is not in the text; write the string itself.`, line);
      if (/b/i.test(prefix)) refuse(`${whole.slice(0, 40)} is bytes, not a string.`, line);
      if (inside.includes('\\') && !/r/i.test(prefix)) refuse('block strings have no backslashes.', line);
      tokens.push({ kind: 'string', text: inside, line });
    } else if (end !== undefined) tokens.push({ kind: 'line', text: end, line });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, line });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, line });
    else void comment;
    line += whole.split('\n').length - 1;
  }
  return tokens;
}

const opens = (token: Token | undefined): boolean =>
  token?.kind === 'sign' && (token.text === '[' || token.text === '(');
const closes = (token: Token | undefined): boolean =>
  token?.kind === 'sign' && (token.text === ']' || token.text === ')');

/** Where the outermost square brackets begin that hold block strings. */
function outerLists(tokens: readonly Token[]): { at: number; line: number }[] {
  const found: { at: number; line: number }[] = [];
  const stack: { at: number; square: boolean }[] = [];
  let outer = -1;
  let holds = false;
  tokens.forEach((token, at) => {
    if (token.kind === 'string' && block.test(token.text)) holds = true;
    if (opens(token)) {
      stack.push({ at, square: token.text === '[' });
      if (outer < 0 && token.text === '[') [outer, holds] = [at, false];
    } else if (closes(token)) {
      const begun = stack.pop();
      if (!begun) refuse(`a "${token.text}" closes what was not opened.`, token.line);
      if (begun?.at === outer) {
        if (holds) found.push({ at: outer, line: (tokens[outer] as Token).line });
        outer = -1;
      }
    }
  });
  if (stack.length > 0 && outer >= 0) refuse('this list is not closed; paste it whole.', (tokens[outer] as Token).line);
  return found;
}

/** Rows copied out of one list: lists with a comma between them and nothing else around. */
function isRows(tokens: readonly Token[]): boolean {
  let depth = 0;
  let commas = 0;
  let lists = 0;
  for (const token of tokens) {
    if (opens(token)) lists += Number(depth++ === 0);
    else if (closes(token)) depth--;
    else if (depth === 0 && token.kind === 'sign' && token.text === ',') commas++;
    else if (depth === 0 && token.kind !== 'line') return false;
  }
  return commas >= lists - 1;
}

function bracketed(tokens: readonly Token[]): Token[] {
  const sign = (text: string, line: number): Token => ({ kind: 'sign', text, line });
  return [sign('[', tokens[0]?.line ?? 1), ...tokens, sign(']', tokens.at(-1)?.line ?? 1)];
}

/** A literal list: lists or tuples of strings, or strings, which then are a stage each. */
function stagesOf(tokens: readonly Token[], begin: number): string[][] {
  let at = begin;
  const peek = (): Token | undefined => {
    while (tokens[at]?.kind === 'line') at++;
    return tokens[at];
  };
  /** Strings side by side are one string, as in Python. */
  const string = (): string => {
    let text = '';
    for (let token = peek(); token?.kind === 'string'; token = peek()) {
      text += token.text;
      at++;
    }
    return text.trim();
  };
  const items = <T>(item: () => T): T[] => {
    const list: T[] = [];
    at++;
    while (!closes(peek())) {
      list.push(item());
      const next = peek();
      if (next?.kind === 'sign' && next.text === ',') at++;
      else if (!closes(next)) unexpected(next);
    }
    at++;
    return list;
  };
  const unexpected = (token: Token | undefined): never =>
    refuse(
      token === undefined
        ? 'the list ends too early.'
        : token.text === '*' || token.text === '+'
          ? `"${token.text}" makes this an expression; write every string out instead.`
          : `"${token.text.slice(0, 24)}" is neither a string nor a list of strings.`,
      token?.line ?? tokens.at(-1)?.line ?? 1,
    );
  const stage = (): string[] => {
    const token = peek();
    if (token?.kind === 'string') return [string()];
    if (!opens(token)) return unexpected(token);
    return items(() => (peek()?.kind === 'string' ? string() : unexpected(peek())));
  };
  const stages = items(stage);
  // On the same line, what follows goes on with the expression.
  const next = tokens[at];
  if (next?.kind === 'sign' && /[*+[.%]/.test(next.text)) unexpected(next);
  return stages.filter(({ length }) => length > 0);
}

function bareStrings(tokens: readonly Token[]): string[][] {
  const strange = tokens.find(
    (token) => token.kind === 'word' || (token.kind === 'sign' && !/[,;()]/.test(token.text)),
  );
  if (strange) refuse(`"${strange.text.slice(0, 24)}" is neither a string nor a list of strings.`, strange.line);
  return tokens.flatMap((token) => (token.kind === 'string' && token.text.trim() !== '' ? [[token.text.trim()]] : []));
}
