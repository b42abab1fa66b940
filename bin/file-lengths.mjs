// Files hold one idea: none is longer than 250 lines, but for those that were when the rule came, which may only shrink.
//   node bin/file-lengths.mjs           fails on a file that is too long, has grown, or has shrunk and is still listed with its old length
//   node bin/file-lengths.mjs --lower   takes the shrunken lengths into the list; it never raises one
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const limit = 250;
const listPath = join(root, 'bin', 'long-files.json');

/** @type {Record<string, number>} Path → lines. */
const listed = JSON.parse(readFileSync(listPath, 'utf8'));

const lengths = new Map(
  ['src', 'tests', 'bin', 'bench', 'e2e']
    .flatMap(sources)
    .map((path) => [path, readFileSync(join(root, path), 'utf8').split('\n').length - 1]),
);

if (process.argv.includes('--lower')) {
  const lowered = Object.entries(listed).flatMap(([path, most]) => {
    const lines = Math.min(most, lengths.get(path) ?? 0);
    return lines > limit ? [[path, lines]] : [];
  });
  writeFileSync(listPath, `${JSON.stringify(Object.fromEntries(lowered), undefined, 2)}\n`);
} else {
  const problems = [...new Set([...lengths.keys(), ...Object.keys(listed)])].sort().flatMap(problemOf);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/** @param {string} path */
function problemOf(path) {
  const lines = lengths.get(path) ?? 0;
  const most = listed[path];
  if (most === undefined) return lines > limit ? [`${path} has ${lines} lines: split it, ${limit} are the most.`] : [];
  if (lines > most) return [`${path} has grown from ${most} to ${lines} lines: split it, it may only shrink.`];
  if (lines < most) return [`${path} has shrunk from ${most} to ${lines} lines: node bin/file-lengths.mjs --lower`];
  return [];
}

/** @param {string} folder */
function sources(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|svelte|mjs)$/.test(path))
    .map((path) => join(folder, path).replaceAll('\\', '/'));
}
