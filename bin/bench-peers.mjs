// `npm run bench:peers`: our engine against ONNX Runtime Web's WebGPU provider in one Chromium, interleaved; a table, or JSON.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { rawText } from './bundle.mjs';
import { findChromium } from './chromium.mjs';
import { ensureDependencies, fail, root } from './setup.mjs';

const usage = `npm run bench:peers -- [NET[:f32|:int8]…] [--pairs N] [--warm-up N] [--adapter swiftshader|default] [--json]`;

ensureDependencies();
const { values, positionals } = read();
for (const name of /** @type {const} */ (['pairs', 'warm-up']))
  if (!/^[1-9]\d{0,3}$/.test(values[name])) fail(`--${name} is a whole number from 1 to 9999, not "${values[name]}".`);
if (!['swiftshader', 'default'].includes(values.adapter))
  fail(`--adapter is swiftshader or default, not "${values.adapter}".`);
if (values.help) {
  console.log(usage);
  process.exit();
}
const nets =
  positionals.length > 0
    ? positionals
    : [
        'mobilenetv2_100',
        'mobilenetv3_large_100',
        'mobilenetv4_conv_small',
        'efficientnet_lite0',
        'efficientformer_l1',
        // A quantized net: ours in integers, theirs the same one as QuantizeLinear and DequantizeLinear pairs.
        'mobilenetv2_100:int8',
        'efficientnet_lite0:int8',
      ];

const { build } = await import('esbuild');
const page = await build({
  absWorkingDir: root,
  entryPoints: ['bench/peers-page.ts'],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2023',
  plugins: [rawText],
  logLevel: 'error',
});
const script = /** @type {import('esbuild').OutputFile} */ (page.outputFiles[0]).contents;
const ortFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/webgpu'));
/** @type {Record<string, string>} */
const types = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

const server = createServer((request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  if (path === '/')
    return void response
      .setHeader('Content-Type', 'text/html')
      .end('<!doctype html><title>bench</title><script type="module" src="/page.js"></script>');
  if (path === '/page.js') return void response.setHeader('Content-Type', 'text/javascript').end(script);
  const file = path.startsWith('/ort/') ? join(ortFolder, path.slice('/ort/'.length)) : '';
  if (!file || !existsSync(file)) return void response.writeHead(404).end();
  response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
  createReadStream(file).pipe(response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
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
  const tab = await browser.newPage();
  tab.on('pageerror', (error) => console.error(error.message));
  await tab.goto(`http://127.0.0.1:${port}/`);
  await tab.waitForFunction('typeof race === "function"');
  const rows = [];
  let adapter;
  for (const word of nets) {
    const [net, precision = 'f32'] = word.split(':');
    if (precision !== 'f32' && precision !== 'int8') fail(`"${word}": after the colon stands f32 or int8.`);
    const what = [net, Number(values.pairs), Number(values['warm-up']), precision];
    const result = /** @type {any} */ (await tab.evaluate(`race(...${JSON.stringify(what)})`));
    adapter = { ...result.adapter, browser: browser.version() };
    rows.push(result.row);
    if (!values.json) console.log(line(result.row));
  }
  if (values.json) console.log(JSON.stringify({ adapter, rows }, undefined, 2));
  else
    console.log(
      `\n${adapter.description || adapter.architecture}${adapter.software ? ' (software adapter)' : ''}, Chromium ${adapter.browser}; batch 1, upload and read-back included, ${values.pairs} interleaved pairs, medians`,
    );
} finally {
  await browser.close();
  server.close();
}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        pairs: { type: 'string', default: '9' },
        'warm-up': { type: 'string', default: '3' },
        adapter: { type: 'string', default: 'swiftshader' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail(`${/** @type {Error} */ (error).message.split('. ')[0]}. Usage: ${usage}`);
  }
}

/** @param {any} row */
function line(row) {
  const peer = row.peers.ortWebgpu;
  const show = (/** @type {any} */ calls) =>
    `${calls.dispatches} dispatches / ${calls.passes} passes / ${calls.submits} submits / ${calls.bindGroups} bind groups / ${calls.buffers} buffers / ${calls.writeBuffers} writes`;
  return [
    `${row.net} @${row.input} ${row.precision}: ours ${row.oursMs.toFixed(1)} ms, ONNX Runtime ${peer.version} WebGPU${peer.graphCapture ? ' (graph capture)' : ''} ${peer.ms.toFixed(1)} ms, ratio ${row.ratio.toFixed(3)}, won ${row.wins} of ${row.pairs}, outputs differ by ${row.difference.toExponential(1)} std`,
    `  ours: ${show(row.ours.calls)}`,
    `  peer: ${show(peer.calls)}`,
  ].join('\n');
}
