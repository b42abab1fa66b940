// Comments and documents do not outlive what they speak of: every file or folder that they name is there.
import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const list = (folder: string): string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map((path) =>
    `${folder}/${path}`.replaceAll('\\', '/'),
  );

const top = readdirSync(root, { encoding: 'utf8' });
const paths = [
  ...['src', 'tests', 'e2e', 'bin', 'bench', 'docs', 'tools', 'test-data', 'public', '.ci'].flatMap(list),
  ...top,
];
const known = new Set(paths);
/** Every ending of a known path: comments may leave out the folders that go without saying. */
const endings = new Set(
  paths.flatMap((path) => {
    const parts = path.split('/');
    return parts.map((_, from) => parts.slice(from).join('/'));
  }),
);

/** What other programs and formats call their files, made by a build, or examples. */
const foreign =
  /^(\.cache|dist|node_modules|test-results|playwright-report|main\.js)(\/|$)|^(\.\/net|my)\.|^src\/libImaging\/|-mine\.arch$|\*|…|NAME/;

const sources = paths.filter((path) => /^(src|tests|e2e|bin|bench)\/.*\.(ts|svelte|mjs)$/.test(path));
const documents = [...paths.filter((path) => /^docs\/[^/]+\.md$/.test(path)), 'README.md', 'CONTRIBUTING.md'];

/** The comments of a source file; a document speaks as a whole. */
function wordsOf(path: string): string {
  const text = readFileSync(new URL(path, root), 'utf8');
  if (path.endsWith('.md')) return text;
  return [...text.matchAll(/\/\*[\s\S]*?\*\/|(?<![:'"`\w\\])\/\/.*$|<!--[\s\S]*?-->/gm)]
    .map(([comment]) => comment)
    .join('\n');
}

/** File names and paths below a known folder. */
const mention =
  /(?<![\w@/.:-])(?:\.{1,2}\/)*(?:(?:src|tests|e2e|bin|bench|docs|tools|test-data)\/[\w./{},*…-]*[\w}]\/?|(?:[\w-]+\/)*[\w-]+(?:\.(?:svelte|test|spec|config|worker))*\.(?:ts|svelte|mjs|md|arch))(?![\w/-])/g;

const isThere = (path: string, name: string): boolean => {
  const plain = name.replace(/\/$/, '');
  return (
    foreign.test(plain) ||
    known.has(plain) ||
    known.has(posix.normalize(posix.join(posix.dirname(path), plain))) ||
    endings.has(plain.replace(/^(\.{1,2}\/)+/, ''))
  );
};

describe('what comments and documents name is there', () => {
  test('files and folders', () => {
    const stale = [...sources, ...documents].flatMap((path) =>
      [...wordsOf(path).matchAll(mention)].filter(([name]) => !isThere(path, name)).map(([name]) => `${path}: ${name}`),
    );
    expect(stale).toEqual([]);
  });

  test('the check itself sees a name that is not there', () => {
    expect(['see src/graph/nowhere.ts', 'as in lost-file.ts'].map((text) => text.match(mention)?.[0])).toEqual([
      'src/graph/nowhere.ts',
      'lost-file.ts',
    ]);
    expect(isThere('src/cli/main.ts', 'lost-file.ts')).toBe(false);
    expect(isThere('src/cli/main.ts', 'arguments.ts')).toBe(true);
  });
});
