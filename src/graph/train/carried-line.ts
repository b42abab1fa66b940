// What a net's text carries along in a comment of its own, settings with semicolons between: `# train: steps 300; batch 32`.

const lineOf = (word: string): RegExp => new RegExp(`^[ \\t]*#[ \\t]*${word}:[ \\t]*(.*)$`, 'm');

/** The settings that a net's text carries under that word, a line each. */
export const carriedLines = (net: string, word: string): string | undefined =>
  lineOf(word).exec(net)?.[1]?.split(/ *; */).join('\n').trim();

/** The text with those settings in it: in the word's own line, at the end where there was none. */
export function withCarriedLines(net: string, word: string, lines: string): string {
  const settings = lines.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim());
  const line = `# ${word}: ${settings.filter((words) => words !== '').join('; ')}`;
  const carried = lineOf(word);
  return carried.test(net) ? net.replace(carried, () => line) : `${net.replace(/\s*$/, '')}\n\n${line}\n`;
}
