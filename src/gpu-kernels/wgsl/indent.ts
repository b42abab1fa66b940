// Assembled shader text, laid out for people: it is shown, printed and held in tests.

/** Shader text as people read it: two spaces a brace, no empty lines. */
export function indent(text: string): string {
  let depth = 0;
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const closedFirst = (/^[}\s]*/.exec(line)?.[0] ?? '').replace(/\s/g, '').length;
      const own = '  '.repeat(Math.max(0, depth - closedFirst)) + line;
      for (const character of line) depth += character === '{' ? 1 : character === '}' ? -1 : 0;
      return own;
    })
    .join('\n');
}
