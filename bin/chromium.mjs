// Finds the Chromium that the browser tests drive and whose SwiftShader library the GPU tests run on; installs one if it may.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail, say } from './setup.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
];
/** Where distributions keep the libraries of a browser whose command is a shell script. */
const libraryFolders = [
  '/usr/lib/chromium',
  '/usr/lib64/chromium-browser',
  '/usr/lib/chromium-browser',
  '/opt/google/chrome',
];

/**
 * The executable: CHROMIUM_PATH, then the PATH, then the usual places, then Playwright's own.
 * @returns {string | undefined}
 */
export function findChromium() {
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [process.env['CHROMIUM_PATH'] ?? '', ...onPath, ...elsewhere].find((path) => path && existsSync(path));
  return found ?? playwrightsOwn();
}

/** Folders that may hold the found Chromium's libraries. */
export function chromiumLibraryFolders() {
  const executable = findChromium();
  return [...(executable ? [dirname(realpathSync(executable))] : []), ...libraryFolders];
}

/**
 * Finds or installs Chromium.
 * @returns {string | undefined} Its path.
 */
function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say('There is no Chromium: installing it with apt-get…');
    run('apt-get', ['update', '-q']);
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium']);
  } else {
    say("There is no Chromium: fetching Playwright's…");
    run(process.execPath, [
      join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js'),
      'install',
      'chromium',
    ]);
  }
  return findChromium();
}

/**
 * @param {string} command
 * @param {string[]} words
 */
function run(command, words) {
  spawnSync(command, words, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}

function playwrightsOwn() {
  try {
    const path = createRequire(import.meta.url)('playwright-core').chromium.executablePath();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined; // not installed, or no build for this platform
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = ensureChromium();
  if (!path)
    fail('Chromium is missing and could not be installed: install it, or set CHROMIUM_PATH to its executable.');
  console.log(path);
}
