// The map leads through files that are there, along imports that are real.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { imports, sourceFiles } from './source-files.ts';

const page = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');
const known = new Set(sourceFiles);
const edges = new Set(imports.map(({ from, to }) => `${from} → ${to}`));

interface Stop {
  readonly file: string;
  /** The file that imports it; undefined for the first. */
  readonly by: string | undefined;
}

/** The numbered lines of a chapter: a file, imported by the one before it or by the one behind the arrow. */
function stopsOf(chapter: string): Stop[] {
  const lines = [...chapter.matchAll(/^\d+\. `src\/([^`]+)`(?: ← `src\/([^`]+)`)?/gm)];
  return lines.map(([, file, by], i) => ({ file: file as string, by: by ?? lines[i - 1]?.[1] }));
}

const chapters = page.split(/^## /m).slice(1);

test('the map has its ways, and every numbered line is read', () => {
  expect(chapters.map((chapter) => chapter.split('\n')[0])).toEqual([
    'One inference, from text to logits',
    'One measurement, from click to table',
  ]);
  for (const chapter of chapters) expect(stopsOf(chapter).length).toBe([...chapter.matchAll(/^\d+\. /gm)].length);
});

describe.each(chapters.map((chapter) => [chapter.split('\n')[0] as string, stopsOf(chapter)] as const))(
  '%s',
  (_title, stops) => {
    test('every file is there', () => {
      expect(stops.length).toBeGreaterThan(15);
      expect(stops.map(({ file }) => file).filter((file) => !known.has(file))).toEqual([]);
    });

    test('each is imported by a file passed before it', () => {
      const broken = stops.flatMap(({ file, by }, i) => {
        if (by === undefined) return i === 0 ? [] : [file];
        const passed = stops.slice(0, i).some((stop) => stop.file === by);
        return passed && edges.has(`${by} → ${file}`) ? [] : [`${by} → ${file}`];
      });
      expect(broken).toEqual([]);
    });
  },
);
