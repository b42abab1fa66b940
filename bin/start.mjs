// `npm start`: serves the page once there is one; until then, the preset table and how to explore a net in the terminal.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const page = existsSync(join(root, 'src', 'ui', 'index.html'));
process.exitCode = page ? serve() : printTour();

function serve() {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  return spawnSync(process.execPath, [vite, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

function printTour() {
  const status = bottleneck('presets');
  console.log(`
Explore a net in the terminal:
  npm run -s bottleneck -- show mobilenetv4_conv_small      every layer with its shape, parameters and MACs
  npm run -s bottleneck -- print mobilenetv2_100            the net as text: edit it, save it as my.arch
  npm run -s bottleneck -- check my.arch                    what is wrong with a text, where, and how to fix it
  npm run -s bottleneck -- show my.arch --width 0.5 --input 160`);
  return status;
}

/** @param {string[]} words */
function bottleneck(...words) {
  return spawnSync(process.execPath, [join(root, 'bin', 'bottleneck.mjs'), ...words], { stdio: 'inherit' }).status ?? 1;
}
