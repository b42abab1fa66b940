// A console that remembers its lines.
import type { Console } from '../../../src/cli/verb.ts';

export function captured(): { console: Console; out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  return { console: { out: (line) => out.push(line), err: (line) => err.push(line) }, out, err };
}
