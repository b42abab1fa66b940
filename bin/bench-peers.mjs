// `npm run bench:peers`: our engine against the runtimes of others in one Chromium, interleaved; a table, or JSON.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { rawText } from './bundle.mjs';
import { findChromium } from './chromium.mjs';
import { ensureDependencies, fail, root } from './setup.mjs';

const peers = ['ortWebgpu', 'ortWasm', 'tfjsWebgpu', 'litertWasm'];
const usage = `npm run bench:peers -- [NET[:f32|:int8]…] [--pairs N] [--warm-up N] [--for device|gpu] [--peers ${peers.join(',')}] [--hide-gpu PEER,…] [--adapter swiftshader|default] [--json]`;

ensureDependencies();
const { values, positionals } = read();
if (values.help) {
  console.log(usage);
  process.exit();
}
for (const name of /** @type {const} */ (['pairs', 'warm-up']))
  if (!/^[1-9]\d{0,3}$/.test(values[name])) fail(`--${name} is a whole number from 1 to 9999, not "${values[name]}".`);
if (!['swiftshader', 'default'].includes(values.adapter))
  fail(`--adapter is swiftshader or default, not "${values.adapter}".`);
if (!['device', 'gpu'].includes(values.for)) fail(`--for is device or gpu, not "${values.for}".`);
const [chosen, hidden] = [keys('peers'), keys('hide-gpu')];
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
  entryPoints: ['bench/peers/page.ts'],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2023',
  plugins: [rawText],
  logLevel: 'error',
});
const script = /** @type {import('esbuild').OutputFile} */ (page.outputFiles[0]).contents;
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
  if (path === '/page.js') return void response.setHeader('Content-Type', 'text/javascript').end(script);
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
  const rows = [];
  let adapter;
  for (const word of nets) {
    // A page a net: what one net leaves behind in a runtime is not the next one's.
    const tab = await browser.newPage();
    tab.on('pageerror', (error) => console.error(error.message));
    await tab.goto(`http://127.0.0.1:${port}/`);
    await tab.waitForFunction('typeof race === "function"');
    const [net, precision = 'f32'] = word.split(':');
    const setting = {
      net,
      precision,
      pairs: Number(values.pairs),
      warmUp: Number(values['warm-up']),
      target: values.for,
      peers: chosen,
      hidden,
    };
    const result = /** @type {any} */ (await tab.evaluate(`race(${JSON.stringify(setting)})`));
    await tab.close();
    adapter = { ...result.adapter, browser: browser.version() };
    rows.push(result.row);
    if (!values.json) console.log(lines(result.row));
  }
  if (values.json) console.log(JSON.stringify({ adapter, rows }, undefined, 2));
  else
    console.log(
      `\n${adapter.description || adapter.architecture}${adapter.software ? ' (software adapter)' : ''}, Chromium ${adapter.browser}; ours in the plan for ${values.for === 'gpu' ? 'a GPU' : 'this adapter'}; batch 1, upload and read-back included, ${values.pairs} interleaved rounds, medians`,
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
        for: { type: 'string', default: 'device' },
        peers: { type: 'string', default: peers.join(',') },
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

/** @param {'peers' | 'hide-gpu'} name */
function keys(name) {
  const words = values[name].split(',').filter((word) => word !== '');
  const wrong = words.find((word) => !peers.includes(word));
  if (wrong !== undefined) fail(`--${name} names ${peers.join(', ')}; "${wrong}" is none of them.`);
  return words;
}

/** @param {any} row */
function lines(row) {
  const show = (/** @type {any} */ calls) =>
    `${calls.dispatches} dispatches / ${calls.passes} passes / ${calls.submits} submits / ${calls.bindGroups} bind groups / ${calls.buffers} buffers / ${calls.writeBuffers} writes`;
  const others = Object.values(row.peers).map((peer) => {
    if (peer.cannot) return `  ${peer.title}: not raced: ${peer.cannot}`;
    const how = peer.how ? ` (${peer.how})` : '';
    const fell = peer.fellBack ? '; it fell back to the CPU: not one dispatch' : '';
    const census = peer.on === 'WebGPU' && !peer.fellBack ? `\n    ${show(peer.calls)}` : '';
    return `  ${peer.title} ${peer.version}${how} ${peer.ms.toFixed(1)} ms, ratio ${peer.ratio.toFixed(3)}, won ${peer.wins} of ${row.pairs}, outputs differ by ${peer.difference.toExponential(1)} std${fell}${census}`;
  });
  return [
    `${row.net} @${row.input} ${row.precision}: ours ${row.oursMs.toFixed(1)} ms`,
    `    ${show(row.ours.calls)}`,
    ...others,
  ].join('\n');
}
