// Names the source files that have outgrown one idea; a report, since only a reader can say whether a file must be split.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const limit = 250;

const long = ['src', 'tests', 'bin', 'e2e']
  .flatMap((folder) => sources(join(root, folder)))
  .map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > limit)
  .sort((a, b) => b.lines - a.lines);

if (long.length === 0) console.log(`No source file is longer than ${limit} lines.`);
else {
  console.log(`Longer than ${limit} lines, to be split if they hold two ideas:`);
  for (const { path, lines } of long) console.log(`${String(lines).padStart(6)}  ${path.slice(root.length + 1)}`);
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sources(folder) {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|svelte|mjs)$/.test(path))
      .map((path) => join(folder, path));
  } catch {
    return []; // the folder does not exist yet
  }
}
