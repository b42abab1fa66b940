// The source tree as a graph of imports: values, types and lazy imports alike, in TypeScript and in components.
import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

export interface Import {
  /** Paths below src. */
  readonly from: string;
  readonly to: string;
}

const root = new URL('../../../src/', import.meta.url);

/** Every source file below src, by path. */
export const sourceFiles: readonly string[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.(ts|svelte)$/.test(path) && !path.endsWith('.d.ts'))
  .sort();

export const readSource = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The TypeScript of a file: a component's scripts, or all of it. */
export const scriptOf = (path: string): string =>
  path.endsWith('.svelte')
    ? [...readSource(path).matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script).join('\n')
    : readSource(path);

const known = new Set(sourceFiles);

/** What a file takes from other source files, each once; `import()` of a component's markup too. */
function importsOf(from: string): Import[] {
  const inScript = ts.preProcessFile(scriptOf(from), true, true).importedFiles.map(({ fileName }) => fileName);
  const inMarkup = from.endsWith('.svelte')
    ? [...readSource(from).matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)].map(([, name]) => name as string)
    : [];
  const paths = [...inScript, ...inMarkup]
    .filter((name) => name.startsWith('.'))
    .map((name) => name.replace(/\?.*$/, ''))
    .map((name) => posix.join(posix.dirname(from), name));
  return [...new Set(paths)].filter((to) => known.has(to)).map((to) => ({ from, to }));
}

export const imports: readonly Import[] = sourceFiles.flatMap(importsOf);

/** Groups of files that import each other in a circle (Tarjan's strongly connected components of two files and more). */
export function cyclesOf(edges: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    stack.push(file);
    let low = index;
    for (const to of next.get(file) ?? []) {
      if (!order.has(to)) low = Math.min(low, visit(to));
      else if (stack.includes(to)) low = Math.min(low, order.get(to) as number);
    }
    if (low === index) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1) cycles.push(group.sort());
    }
    return low;
  };
  for (const file of next.keys()) if (!order.has(file)) visit(file);
  return cycles;
}
