// A net's stages as the Python list that timm's builders take. Comments say what such a list cannot: pasted back, it is the same net.
import type { Architecture } from '../architecture.ts';
import { parse } from './parse.ts';
import { headerLines, printLine } from './print.ts';
import { frameOf, toTimm, type TimmFrame } from './timm-net.ts';

export type TimmText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

/** Between the lines of a comment. */
const bar = ' | ';

export function timmText(architecture: Architecture): TimmText {
  const converted = toTimm(architecture);
  if (!converted.ok) return { ok: false, problem: `${converted.problem} The line is “${printLine(converted.line)}”.` };
  const { header, stem, head } = frameOf(architecture);
  // Stages alone have another size than the net: the count is left out.
  const parts = {
    net: headerLines({ ...header, expectParams: undefined }),
    stem: stem.map((line) => printLine(line)),
    head: head.map((line) => printLine(line)),
  };
  const outside = Object.entries(parts).flatMap(([word, lines]) =>
    lines.length > 0 ? [`# ${word}: ${lines.join(bar)}`] : [],
  );
  if (converted.beyond.length > 0)
    outside.push(`# said by the constructor's arguments instead: ${converted.beyond.join(', ')}`);
  const stages = converted.stages.map((strings) => `    [${strings.map((string) => `'${string}'`).join(', ')}],`);
  return { ok: true, text: [...outside, 'arch_def = [', ...stages, ']', ''].join('\n') };
}

/** The frame that the comments of {@link timmText} state; undefined where there are none, or they are no net's. */
export function statedFrame(text: string): TimmFrame | undefined {
  const said = (word: string): readonly string[] =>
    new RegExp(`^[ \\t]*# ${word}: (.+)$`, 'm').exec(text)?.[1]?.trim().split(bar) ?? [];
  const [net, stem, head] = [said('net'), said('stem'), said('head')];
  if (net.length === 0) return undefined;
  const { architecture, problems } = parse([...net, '', ...stem, ...head].join('\n'));
  const { header, blocks } = architecture;
  if (problems.some(({ severity }) => severity === 'error') || blocks.length !== stem.length + head.length)
    return undefined;
  return { header, stem: blocks.slice(0, stem.length), head: blocks.slice(stem.length) };
}
