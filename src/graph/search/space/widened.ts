// A space around a net: its own document with the choices that published searches vary, the net itself being every set's first value.
import { blocks } from '../../blocks/index.ts';
import { scanLines } from '../../notation/scan.ts';

/** Blocks that are varied; stem, head and what joins stay. */
const varied = new Set(['mbconv', 'fused', 'uib', 'ds', 'tucker']);

const choicesOf: readonly (readonly [RegExp, (value: number) => string])[] = [
  [/^k(3|5|7)$/, (k) => `k{${[k, ...[3, 5].filter((other) => other !== k)].join(',')}}`],
  [/^e(\d+)$/, (e) => (e < 2 ? `e${e}` : `e{${[e, ...[3, 4, 6].filter((other) => other !== e)].join(',')}}`)],
  [/^c(\d+)$/, (c) => `c${c}{1,0.75,1.25}`],
  [/^x(\d+)$/, (x) => `x{${[x, x - 1, x + 1].filter((count) => count > 0).join(',')}}`],
];

/** The text as it is where it has sets of its own. Undefined where nothing of it is varied. */
export function widened(text: string): string | undefined {
  if (/[{|]/.test(text.replace(/#.*/g, ''))) return text;
  let result = '';
  let at = 0;
  for (const { tokens } of scanLines(text)) {
    const word = tokens[0]?.text === '+' ? tokens[1]?.text : tokens[0]?.text.replace(/^\+/, '');
    if (word === undefined || !varied.has(word) || !blocks.has(word)) continue;
    for (const { text: token, from, to } of tokens.slice(1)) {
      const [pattern, choice] = choicesOf.find(([form]) => form.test(token)) ?? [];
      if (!pattern || !choice) continue;
      result += text.slice(at, from) + choice(Number(pattern.exec(token)?.[1]));
      at = to;
    }
  }
  return at === 0 ? undefined : result + text.slice(at);
}
