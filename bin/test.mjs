// `npm test`: types → lint → pure → gpu → compile → build → e2e → size, stopping at the first stage that fails.
//   npm test                 everything this machine can run
//   npm test -- types lint   only the stages named
//   npm run test:full        the long versions of the tests too (FULL=1)
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { spawn } from 'node:child_process';
import { cache, ensureDependencies, fail, root } from './setup.mjs';
import { vulkanFiles } from './vulkan.mjs';

/** @typedef {{ passed: number, failed: number }} Count */
/** @typedef {{ name: string, needs?: string, prepare?: () => string | undefined, commands: string[], together?: true, count?: () => Count }} Stage */

const reports = join(cache, 'reports');
const vitest = (/** @type {string} */ project) => ({
  commands: [
    `vitest run --project ${project} --update=none --reporter=default --reporter=json --outputFile.json=.cache/reports/${project}.json`,
  ],
  count: () => vitestCount(join(reports, `${project}.json`)),
});

const playwright = (/** @type {string} */ report, /** @type {string} */ choice) =>
  `PLAYWRIGHT_JSON_OUTPUT_NAME=.cache/reports/${report}.json playwright test --reporter=list,json --output=test-results/${report} ${choice}`;

/**
 * `needs` is a path without which the stage is passed over; `prepare` says why the stage cannot run here, if it cannot. Commands run one
 * after another up to the first that fails, or all at once (`together`) where each keeps to one core; then their output comes when they end.
 */
const stages = /** @type {Stage[]} */ ([
  { name: 'types', commands: ['tsc -b'] },
  {
    name: 'lint',
    together: true,
    commands: [
      'eslint . --max-warnings 0',
      // ESLint takes one core for as long as all the others together take the second.
      ...(has('src/ui/tsconfig.json') ? ['svelte-check --tsconfig src/ui/tsconfig.json --fail-on-warnings'] : []),
      'prettier --check . --log-level warn',
      'knip',
      'node bin/file-lengths.mjs',
    ],
  },
  { name: 'pure', needs: 'tests/pure', ...vitest('pure') },
  { name: 'gpu', needs: 'tests/gpu/rig.test.ts', ...vitest('gpu') },
  { name: 'lavapipe', needs: 'tests/gpu/rig.test.ts', prepare: () => missing('lavapipe'), ...vitest('lavapipe') },
  { name: 'compile', needs: 'tests/compile', prepare: () => missing('radv'), ...vitest('compile') },
  { name: 'build', needs: 'index.html', commands: ['vite build --logLevel warn'] },
  {
    name: 'e2e',
    needs: 'playwright.config.ts',
    commands: [
      'node bin/chromium.mjs',
      playwright('e2e-page', '--project=page --workers=2'),
      // What measures, and what has a software adapter, has the machine to itself.
      playwright('e2e-gpu', '--project=timed --project=gpu'),
    ],
    count: () => sum(['e2e-page', 'e2e-gpu'].map((report) => playwrightCount(join(reports, `${report}.json`)))),
  },
  { name: 'size', needs: 'dist', commands: ['size-limit'] },
]);

const words = process.argv.slice(2);
const full = words.includes('--full');
const named = words.filter((word) => word !== '--full');
const unknown = named.find((word) => !stages.some((stage) => stage.name === word));
if (unknown) fail(`There is no stage "${unknown}": the stages are ${stages.map((stage) => stage.name).join(', ')}.`);

ensureDependencies();
mkdirSync(reports, { recursive: true });
const environment = {
  ...process.env,
  ...(full ? { FULL: '1' } : {}),
  PATH: join(root, 'node_modules', '.bin') + delimiter + process.env['PATH'],
  // The build stage's page is the one that the end-to-end tests open.
  ...(named.length === 0 ? { E2E_BUILT: '1' } : {}),
};

const total = { passed: 0, failed: 0 };
/** @type {string[]} */
const summary = [];
for (const stage of stages) {
  if (named.length > 0 && !named.includes(stage.name)) continue;
  const { line, failed } = await run(stage);
  summary.push(line);
  if (failed) break;
}
console.log(`\n${summary.join('\n')}\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** @param {Stage} stage */
async function run(stage) {
  const label = stage.name.padEnd(9);
  if (stage.needs && !has(stage.needs))
    return { line: `  –  ${label} nothing to run: there is no ${stage.needs} yet`, failed: false };
  const hindrance = stage.prepare?.();
  if (hindrance) return { line: `  –  ${label} not run: ${hindrance}`, failed: false };
  const start = performance.now();
  for (const file of readdirSync(reports).filter((name) => name.split(/[-.]/)[0] === stage.name))
    rmSync(join(reports, file));
  /** @type {string | undefined} */
  let broken;
  if (stage.together) {
    const statuses = await Promise.all(stage.commands.map((command) => execute(stage.name, command, true)));
    broken = stage.commands.find((_, i) => statuses[i] !== 0);
  } else
    for (const command of stage.commands) {
      if (broken) break;
      if ((await execute(stage.name, command, false)) !== 0) broken = command;
    }
  if (broken && stage.name === 'e2e') showPages();
  const count = stage.count?.() ?? { passed: 0, failed: 0 };
  // A check without tests of its own, or a runner that died, counts as one failure.
  if (broken && count.failed === 0) count.failed = 1;
  total.passed += count.passed;
  total.failed += count.failed;
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`.padStart(8);
  const tests = stage.count ? `${count.passed} passed, ${count.failed} failed` : '';
  const line = `  ${count.failed > 0 ? '✗' : '✓'}  ${label} ${seconds}  ${broken ? `failed at: ${broken.replace(/^\S+=\S+ /, '').split(' --reporter')[0]}  ` : ''}${tests}`;
  return { line: line.trimEnd(), failed: count.failed > 0 };
}

/** Prints what the page held when an end-to-end test failed: where only the output is kept, nothing else says it. */
function showPages() {
  const folder = join(root, 'test-results');
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('error-context.md'),
  ))
    console.log(`\n▶ ${file}\n${readFileSync(join(folder, file), 'utf8').slice(0, 12_000)}`);
}

/**
 * Runs a command and resolves to its exit status.
 * @param {string} stage
 * @param {string} command
 * @param {boolean} quiet Whether its output waits until it ends.
 * @returns {Promise<number>}
 */
function execute(stage, command, quiet) {
  const head = `\n▶ ${stage}: ${command.replace(/^\S+=\S+ /, '')}`;
  if (!quiet) console.log(head);
  return new Promise((resolve) => {
    /** @type {Buffer[]} */
    const output = [];
    const child = spawn(command, {
      cwd: root,
      env: environment,
      shell: true,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
    child.on('close', (status) => {
      if (quiet) console.log(`${head}\n${Buffer.concat(output)}`.trimEnd());
      resolve(status ?? 1);
    });
  });
}

/** @param {string} file Vitest's JSON report. A file that did not load has no tests: it counts as one failure. */
function vitestCount(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const unloaded = report.testResults.filter(
    (/** @type {any} */ r) => r.status === 'failed' && r.assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

/** @param {string} file Playwright's JSON report. */
function playwrightCount(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0 };
  const { stats } = JSON.parse(readFileSync(file, 'utf8'));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky };
}

/** @param {Count[]} counts */
function sum(counts) {
  return counts.reduce((all, { passed, failed }) => ({ passed: all.passed + passed, failed: all.failed + failed }), {
    passed: 0,
    failed: 0,
  });
}

/**
 * A second adapter and a GPU's compiler are welcome, not required: machines without apt do without.
 * @param {string} name
 */
function missing(name) {
  const files = vulkanFiles(name);
  return 'problem' in files ? files.problem : undefined;
}

/** @param {string} path */
function has(path) {
  return existsSync(join(root, path));
}
