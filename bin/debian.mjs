// Unpacks Debian packages into a folder with apt's and dpkg's own tools, without root and without changing the system.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cache } from './setup.mjs';

const workplace = join(cache, `apt-${process.pid}`);

/**
 * Downloads the packages, and those of their dependencies that this system lacks or has in an older version, and unpacks all.
 * @param {string[]} packages
 * @param {string} into A folder; emptied first.
 * @param {{ backports: boolean }} options Prefer Debian's backports suite, on the mirror that the system already uses.
 * @returns {string | undefined} What went wrong.
 */
export function unpackDebianPackages(packages, into, { backports }) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return 'this is no Debian or Ubuntu system';
  rmSync(workplace, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'archives/partial', 'sources.d'])
    mkdirSync(join(workplace, folder), { recursive: true });
  const suite = backports ? addBackports() : undefined;
  const options = [
    `Dir::Etc::sourcelist=${join(workplace, 'sources.list')}`,
    `Dir::Etc::sourceparts=${join(workplace, 'sources.d')}`,
    `Dir::State::lists=${join(workplace, 'lists')}`,
    `Dir::Cache=${workplace}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
    'Acquire::http::Timeout=20',
    'Acquire::Retries=1',
  ].flatMap((option) => ['-o', option]);
  copySources();
  apt([...options, 'update']);
  const target = suite ? ['-t', suite] : [];
  const problem = apt([
    ...options,
    'install',
    '-y',
    '--download-only',
    '--reinstall',
    '--no-install-recommends',
    ...target,
    ...packages,
  ]);
  if (problem) return problem;
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  for (const archive of readdirSync(join(workplace, 'archives')).filter((name) => name.endsWith('.deb'))) {
    if (spawnSync('dpkg', ['-x', join(workplace, 'archives', archive), into]).status !== 0)
      return `dpkg could not unpack ${archive}`;
  }
  rmSync(workplace, { recursive: true, force: true });
  return undefined;
}

/** @param {string[]} words */
function apt(words) {
  const { status, stderr } = spawnSync('apt-get', ['-q', ...words], {
    encoding: 'utf8',
    timeout: 240_000,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return status === 0
    ? undefined
    : `apt-get failed: ${(stderr ?? '').trim().split('\n').pop() || 'no answer in 4 minutes'}`;
}

function sourceFiles() {
  const parts = '/etc/apt/sources.list.d';
  const listed = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  return ['/etc/apt/sources.list', ...listed].filter((path) => /\.(list|sources)$/.test(path) && existsSync(path));
}

function copySources() {
  for (const path of sourceFiles())
    copyFileSync(path, join(workplace, path === '/etc/apt/sources.list' ? '.' : 'sources.d', basename(path)));
}

/** Adds `CODENAME-backports` from the mirror and with the key of the system's own entry for CODENAME. Returns the suite's name. */
function addBackports() {
  const release = readFileSync('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1];
  if (!/^ID=debian/m.test(release) || !codename) return undefined;
  const suite = `${codename}-backports`;
  for (const path of sourceFiles()) {
    const text = readFileSync(path, 'utf8');
    for (const entry of text.split(/\n\s*\n/)) {
      const suites = /^Suites:(.*)$/m.exec(entry)?.[1]?.trim().split(/\s+/) ?? [];
      if (suites.includes(codename)) return write('sources', entry.replace(/^Suites:.*$/m, `Suites: ${suite}`));
    }
    const line = text.split('\n').find((l) => l.startsWith('deb ') && l.split(/\s+/).includes(codename));
    if (line) return write('list', line.replace(new RegExp(`\\s${codename}\\s`), ` ${suite} `));
  }
  return undefined;

  /**
   * @param {'sources' | 'list'} kind
   * @param {string} entry
   */
  function write(kind, entry) {
    writeFileSync(join(workplace, 'sources.d', `backports-for-bottleneck.${kind}`), `${entry}\n`);
    return suite;
  }
}
