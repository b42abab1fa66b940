// The net's stages as the Python list that timm's builders take, with a comment for what such a list cannot say.
import type { Architecture } from '../../../graph/architecture.ts';
import { frameOf, toTimm } from '../../../graph/notation/timm-net.ts';
import { printLine } from '../../../graph/notation/print.ts';

export type TimmText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

export function timmText(architecture: Architecture): TimmText {
  const converted = toTimm(architecture);
  if (!converted.ok) return { ok: false, problem: `${converted.problem} The line is “${printLine(converted.line)}”.` };
  const { stem, head } = frameOf(architecture);
  const outside = [
    ...(stem.length > 0 ? [`# stem: ${stem.map((line) => printLine(line)).join(' | ')}`] : []),
    ...(head.length > 0 ? [`# head: ${head.map((line) => printLine(line)).join(' | ')}`] : []),
    ...(converted.beyond.length > 0
      ? [`# said by the constructor's arguments instead: ${converted.beyond.join(', ')}`]
      : []),
  ];
  const stages = converted.stages.map((strings) => `    [${strings.map((string) => `'${string}'`).join(', ')}],`);
  return { ok: true, text: [...outside, 'arch_def = [', ...stages, ']', ''].join('\n') };
}
