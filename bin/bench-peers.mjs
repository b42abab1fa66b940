// `npm run bench:peers`: our engine against the runtimes of others in one Chromium, interleaved; a table, or JSON.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { rawText } from './bundle.mjs';
import { findChromium } from './chromium.mjs';
import { ensureDependencies, fail, root } from './setup.mjs';

const peers = ['ortWebgpu', 'ortWasm', 'tfjsWebgpu', 'litertWasm'];
const trainers = ['ours', 'tfjsWebgpu', 'jaxJs'];
const usage = `npm run bench:peers -- [NET[:f32|:int8]…] [--pairs N] [--warm-up N] [--budget SECONDS] [--for device|gpu] [--peers ${peers.join(',')}] [--hide-gpu PEER,…] [--adapter swiftshader|default] [--json]
npm run bench:peers -- --train [--size PIXELS] [--batch N] [--pairs N] [--peers ${trainers.join(',')}] [--adapter swiftshader|default] [--json]`;

ensureDependencies();
const { values, positionals } = read();
if (values.help) {
  console.log(usage);
  process.exit();
}
for (const name of /** @type {const} */ (['pairs', 'warm-up', 'budget', 'size', 'batch']))
  if (!/^[1-9]\d{0,3}$/.test(values[name])) fail(`--${name} is a whole number from 1 to 9999, not "${values[name]}".`);
if (!['swiftshader', 'default'].includes(values.adapter))
  fail(`--adapter is swiftshader or default, not "${values.adapter}".`);
if (!['device', 'gpu'].includes(values.for)) fail(`--for is device or gpu, not "${values.for}".`);
const known = values.train ? trainers : peers;
const [chosen, hidden] = [keys('peers', known), keys('hide-gpu', peers)];
if (values.train && positionals.length > 0) fail('--train races a step of MobileNetV2 at 0.35 and takes no net.');
const nets =
  positionals.length > 0
    ? positionals
    : [
        'mobilenetv2_100',
        'mobilenetv3_large_100',
        'mobilenetv4_conv_small',
        'efficientnet_lite0',
        'efficientformer_l1',
        // A quantized net: ours in integers, ONNX Runtime's the same one as QuantizeLinear and DequantizeLinear pairs.
        'mobilenetv2_100:int8',
        'efficientnet_lite0:int8',
      ];
for (const word of nets)
  if (!/^[^:]+(:(f32|int8))?$/.test(word)) fail(`"${word}": after the colon stands f32 or int8.`);

const { build } = await import('esbuild');
const page = await build({
  absWorkingDir: root,
  entryPoints: { page: 'bench/peers/page.ts', racer: 'src/workers/race.worker.ts' },
  bundle: true,
  write: false,
  outdir: root,
  format: 'esm',
  target: 'es2023',
  plugins: [rawText],
  define: { jaxJsVersion: JSON.stringify(versionOf('@jax-js/jax')) },
  logLevel: 'error',
});
const scripts = new Map(page.outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
const { resolve } = createRequire(import.meta.url);
/** @type {Record<string, string>} */
const folders = {
  ort: dirname(resolve('onnxruntime-web/webgpu')),
  litert: join(dirname(resolve('@litertjs/core/package.json')), 'wasm'),
};
/** @type {Record<string, string>} */
const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

const server = createServer((request, response) => {
  // Isolated, so that WebAssembly may have threads.
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  if (path === '/')
    return void response
      .setHeader('Content-Type', 'text/html')
      .end('<!doctype html><title>bench</title><script type="module" src="/page.js"></script>');
  const script = scripts.get(path);
  if (script) return void response.setHeader('Content-Type', 'text/javascript').end(script);
  const [, room = '', ...rest] = path.split('/');
  const file = folders[room] ? join(folders[room], ...rest) : '';
  if (!file || !existsSync(file)) return void response.writeHead(404).end();
  response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
  createReadStream(file).pipe(response);
});
await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

const executablePath =
  findChromium() ?? fail('There is no Chromium to run the bench in: run npm test once, it installs one.');
const { chromium } = await import('playwright-core');
const adapterFlags = values.adapter === 'swiftshader' ? ['--use-webgpu-adapter=swiftshader'] : [];
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--enable-unsafe-webgpu', ...adapterFlags],
});
try {
  await (values.train ? trainingRace() : netRaces());
} finally {
  await browser.close();
  server.close();
}

/**
 * A page of its own: what one race leaves behind in a runtime is not the next one's.
 * @param {string} text
 * @returns {Promise<any>}
 */
async function inPage(text) {
  const tab = await browser.newPage();
  tab.on('pageerror', (error) => console.error(error.message));
  await tab.goto(`http://127.0.0.1:${port}/`);
  await tab.waitForFunction('typeof race === "function"');
  const result = await tab.evaluate(text);
  await tab.close();
  return result;
}

async function trainingRace() {
  const setting = {
    size: Number(values.size),
    batch: Number(values.batch),
    steps: Number(values.pairs),
    peers: chosen,
  };
  const row = await inPage(`raceTraining(${JSON.stringify(setting)})`);
  if (values.json) return void console.log(JSON.stringify({ browser: browser.version(), row }, undefined, 2));
  console.log(trainLines(row));
}

async function netRaces() {
  const rows = [];
  let adapter;
  const end = performance.now() + 1000 * Number(values.budget);
  for (const [i, word] of nets.entries()) {
    const [net, precision = 'f32'] = word.split(':');
    const setting = {
      net,
      precision,
      pairs: Number(values.pairs),
      warmUp: Number(values['warm-up']),
      // What is left is shared evenly: a slow net's rounds are fewer, the next ones' are not.
      seconds: Math.max(1, (end - performance.now()) / 1000 / (nets.length - i)),
      target: values.for,
      peers: chosen,
      hidden,
    };
    const result = await inPage(`race(${JSON.stringify(setting)})`);
    adapter = { ...result.adapter, browser: browser.version() };
    rows.push(result.row);
    if (!values.json) console.log(lines(result.row));
  }
  if (values.json) console.log(JSON.stringify({ adapter, rows }, undefined, 2));
  else
    console.log(
      `\n${adapter.description || adapter.architecture}${adapter.software ? ' (software adapter)' : ''}, Chromium ${adapter.browser}; ours in the plan for ${values.for === 'gpu' ? 'a GPU' : 'this adapter'}; batch 1, upload and read-back included, at most ${values.pairs} interleaved rounds within ${values.budget} s, medians`,
    );
}

/** @param {string} name Of a package that does not export its package.json. */
function versionOf(name) {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        pairs: { type: 'string', default: '9' },
        'warm-up': { type: 'string', default: '3' },
        budget: { type: 'string', default: '780' },
        for: { type: 'string', default: 'device' },
        train: { type: 'boolean', default: false },
        size: { type: 'string', default: '64' },
        batch: { type: 'string', default: '8' },
        peers: { type: 'string' },
        'hide-gpu': { type: 'string', default: '' },
        adapter: { type: 'string', default: 'swiftshader' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail(`${/** @type {Error} */ (error).message.split('. ')[0]}. Usage: ${usage}`);
  }
}

/**
 * @param {'peers' | 'hide-gpu'} name
 * @param {readonly string[]} known
 */
function keys(name, known) {
  const given = values[name] ?? known.join(',');
  const words = given.split(',').filter((word) => word !== '');
  const wrong = words.find((word) => !known.includes(word));
  if (wrong !== undefined) fail(`--${name} names ${known.join(', ')}; "${wrong}" is none of them.`);
  return words;
}

/** @param {any} calls */
function census(calls) {
  return `${calls.dispatches} dispatches / ${calls.passes} passes / ${calls.submits} submits / ${calls.bindGroups} bind groups / ${calls.buffers} buffers / ${calls.writeBuffers} writes`;
}

/** @param {any} row */
function trainLines(row) {
  const lines = Object.values(row.runtimes).map((each) =>
    each.cannot
      ? `  ${each.title}: not raced: ${each.cannot}`
      : `  ${[each.title, each.version].filter(Boolean).join(' ')}: ${each.ms.toFixed(1)} ms a step, first step ${(each.firstStepMs / 1000).toFixed(1)} s, losses ${each.losses
          .slice(0, 3)
          .map((/** @type {number} */ loss) => loss.toFixed(4))
          .join(', ')}\n    ${census(each.calls)}`,
  );
  return [
    `A step of training, ${row.net} @${row.size}, batch ${row.batch}, median of ${row.steps} interleaved steps:`,
    ...lines,
  ].join('\n');
}

/** @param {any} row */
function lines(row) {
  const others = Object.values(row.peers).map((peer) => {
    if (peer.cannot) return `  ${peer.title}: not raced: ${peer.cannot}`;
    const how = peer.how ? ` (${peer.how})` : '';
    const fell = peer.fellBack ? '; it fell back to the CPU: not one dispatch' : '';
    const calls = peer.on === 'WebGPU' && !peer.fellBack ? `\n    ${census(peer.calls)}` : '';
    return `  ${peer.title} ${peer.version}${how} ${peer.ms.toFixed(1)} ms, ratio ${peer.ratio.toFixed(3)}, won ${peer.wins} of ${row.pairs}, outputs differ by ${peer.difference.toExponential(1)} std${fell}${calls}`;
  });
  return [
    `${row.net} @${row.input} ${row.precision}: ours ${row.oursMs.toFixed(1)} ms, ${row.pairs} ${row.pairs === 1 ? 'round' : 'rounds'}`,
    `    ${census(row.ours.calls)}`,
    ...others,
  ].join('\n');
}
