// `npm start`: builds the page and serves it with the headers that it is published with.
//   npm start                  build, then serve
//   npm start -- --port 8080   words go to Vite's preview server
//   npm start -- dev           serve the sources, reloading on every change
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureDependencies, root, say } from './setup.mjs';

ensureDependencies();
const words = process.argv.slice(2);
if (words[0] === 'dev') process.exitCode = vite(words.slice(1));
else {
  say('Building the page…');
  process.exitCode = vite(['build', '--logLevel', 'warn']) || vite(['preview', ...words]);
}

/** @param {string[]} words */
function vite(words) {
  const path = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  return spawnSync(process.execPath, [path, ...words], { cwd: root, stdio: 'inherit' }).status ?? 1;
}
