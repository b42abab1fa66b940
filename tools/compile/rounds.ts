// How often the loops of a kernel's text go round: its bounds are literals, so that the compiler's guess of eight can be replaced.

/** A `for` with its trip count (an upper bound where the start depends on the invocation) or the text outside of all loops. */
interface Loop {
  rounds: number;
  /** Its rounds are in the text as literals alone, so that the compiler knows them too. */
  readonly known: boolean;
  /** Arithmetic and memory operations of its own lines. */
  operations: number;
  barriers: number;
  readonly inner: Loop[];
}

export interface Rounds {
  /** Operations with the real counts over those with every loop that stays one counted as eight rounds: ≥ 1 in long loops. */
  readonly factor: number;
  /** Barriers that an invocation passes. */
  readonly barriers: number;
}

/** The rounds that the compiler assumes of a loop. */
const assumed = 8;
/** A loop of few rounds and little text is unrolled and exists no more. */
const unrolledRounds = 32;
const unrolledOperations = 300;

export function roundsOf(wgsl: string): Rounds {
  const whole: Loop = { rounds: 1, known: true, operations: 0, barriers: 0, inner: [] };
  const open: { loop: Loop; depth: number }[] = [{ loop: whole, depth: -1 }];
  let depth = 0;
  for (const line of wgsl.split('\n')) {
    const current = (): Loop => open.at(-1)?.loop as Loop;
    const header = /\bfor \((.*?);(.*?);(.*?)\) \{/.exec(line);
    if (header) {
      const loop: Loop = {
        rounds: stated(line) ?? tripCount(header),
        known: /=\s*\d+u?\s*$/.test(header[1] ?? '') && /[<>]=?\s*\d+u?\s*$/.test(header[2] ?? ''),
        operations: 0,
        barriers: 0,
        inner: [],
      };
      current().inner.push(loop);
      open.push({ loop, depth });
    }
    current().operations += (line.match(/[-+*/<>]|\[|\bmax\(|\bmin\(|\bexp\(/g) ?? []).length;
    current().barriers += (line.match(/workgroupBarrier\(\)/g) ?? []).length;
    for (const character of line) {
      if (character === '{') depth++;
      if (character === '}') depth--;
      if (open.length > 1 && depth === open.at(-1)?.depth && character === '}') open.pop();
    }
  }
  const total = (loop: Loop, rounds: (loop: Loop) => number): number =>
    rounds(loop) * (loop.operations + loop.inner.reduce((sum, inner) => sum + total(inner, rounds), 0));
  const real = total(whole, ({ rounds }) => rounds);
  const guessed = total(whole, (loop) => (loop === whole || unrolls(loop) ? loop.rounds : assumed));
  const barriers = (loop: Loop): number =>
    loop.rounds * (loop.barriers + loop.inner.reduce((sum, inner) => sum + barriers(inner), 0));
  return { factor: real / Math.max(1, guessed), barriers: barriers(whole) };
}

const unrolls = (loop: Loop): boolean =>
  loop.known &&
  loop.rounds <= unrolledRounds &&
  loop.rounds * loop.operations <= unrolledOperations &&
  loop.inner.every((inner) => unrolls(inner));

/** A kernel whose loop ends at a number of its own says how many rounds that is: `{ // 13 rounds`. */
const stated = (line: string): number | undefined => {
  const said = /\/\/ (\d+) rounds$/.exec(line);
  return said ? Number(said[1]) : undefined;
};

/** `var k = 0u; k < 56u; k += 4u` → 14. The last literal of the bound counts, a start that is no literal is 0. */
function tripCount([, start = '', condition = '', step = '']: RegExpExecArray): number {
  const literals = (text: string): number[] => [...text.matchAll(/\b(\d+)u?\b/g)].map(([, digits]) => Number(digits));
  const from = /=\s*(\d+)u?\s*$/.exec(start);
  const limit = (condition.split(/[<>]=?/)[1] ?? '').trim();
  const bound = Math.max(1, limit.startsWith('min(') ? Math.min(...literals(limit)) : Math.max(0, ...literals(limit)));
  // `row * 49u … (row + 1u) * 49u`: the range is what both ends share.
  const span = bound - (from ? Number(from[1]) : 0);
  const by = /(\+=|>>=|\/=)\s*(\d+)u?/.exec(step);
  // Halves: as many rounds as the start has bits.
  if (by && by[1] !== '+=') return from ? Math.floor(Math.log2(Number(from[1]))) + 1 : 1;
  return Math.max(1, Math.ceil(span / (by ? Number(by[2]) : 1)));
}
