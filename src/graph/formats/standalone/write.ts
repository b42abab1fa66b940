// A planned net as one JavaScript module with `load(device)` and `run(input)`, or as one page around it: no build step, no network.
import { packWeight, type Tensors } from '../../../gpu-kernels/packing/weight-expr.ts';
import type { InferredGraph, Params } from '../../ir/graph.ts';
import type { Preparation } from '../../pictures/preprocess.ts';
import { makePlan, plainGpu } from '../../plan/make-plan.ts';
import { toBase64 } from './base64.ts';
import { pageText } from './page-text.ts';
import runtimeText from './runtime.js?raw';
import type { StandaloneNet } from './runtime.js';

export interface StandaloneOptions {
  /** How pictures are prepared, for nets that see any. */
  readonly preparation?: Preparation | undefined;
  readonly labels?: readonly string[] | undefined;
}

/** Of every WebGPU device that is asked for nothing more. */
const limits = { maxBufferBytes: 2 ** 28, maxBindingBytes: 2 ** 27 };

const [opening, closing] = ['const net = ', ';\n'] as const;

/** The net that a written module or page says, read back from its text. */
export function readStandalone(text: string): StandaloneNet {
  const from = text.indexOf(`\n${opening}`) + 1 + opening.length;
  return JSON.parse(text.slice(from, text.indexOf(closing, from))) as StandaloneNet;
}

/** `load(device)` over the runtime, as the module exports it and the page calls it. */
const runtime = (exported: boolean): string =>
  `${runtimeText.replaceAll(/^export /gm, '')}\n/** Compiles and uploads the net. Without a device it asks the browser for one. */\n${exported ? 'export ' : ''}const load = (device) => start(net, device);\n`;

function netText(graph: InferredGraph, params: Params, { preparation, labels }: StandaloneOptions): string {
  const plan = makePlan(graph, { caps: plainGpu, limits });
  const tensors: Tensors = (name) => {
    const data = params.get(name);
    if (!data) throw new Error(`the weights lack "${name}"`);
    return data;
  };
  const packed = plan.weights.map((weight) => new Uint8Array(packWeight(weight, plan.precision, tensors)));
  const all = new Uint8Array(packed.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  const weights = packed.map((bytes) => {
    all.set(bytes, at);
    at += bytes.length;
    return [at - bytes.length, bytes.length];
  });
  const tensor = ({ node, shape, slot, offset }: (typeof plan.inputs)[number]) => ({ name: node, shape, slot, offset });
  const net = {
    name: graph.name,
    inputs: plan.inputs.map(tensor),
    outputs: plan.outputs.map(tensor),
    slots: plan.slots,
    modules: plan.modules,
    dispatches: plan.dispatches.map(({ module, workgroups, bindings }) => ({ module, workgroups, bindings })),
    weights,
    preparation,
    labels,
    weightData: toBase64(all),
  };
  // A page's script must not be ended by what it says.
  return `${opening} ${JSON.stringify(net).replaceAll('<', '\\u003c')}${closing}`;
}

/** An ES module. Throws PlanError or LoweringError for a net that no plain device runs. */
export const standaloneModule = (graph: InferredGraph, params: Params, options: StandaloneOptions = {}): string =>
  `// ${graph.name.replace(/[^\x20-\x7e]/g, '?')} for WebGPU, written by Bottleneck: const { run } = await load(); const [output] = await run(input);\n${netText(graph, params, options)}${runtime(true)}`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A page that can be opened from disk. */
export function standalonePage(graph: InferredGraph, params: Params, options: StandaloneOptions): string {
  const name = escaped(graph.name);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${name}</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { max-width: 36rem; margin: 2rem auto; padding: 0 1rem; }
  #photo { max-width: 100%; max-height: 20rem; display: block; margin: 1rem 0; }
</style>
<h1>${name}</h1>
<p><label>A picture: <input id="file" type="file" accept="image/*"></label> It may be dropped here as well.</p>
<p id="status" role="status">Loading …</p>
<img id="photo" alt="">
<ol id="answers"></ol>
<script type="module">
${netText(graph, params, options)}${runtime(false)}${pageText}</script>
</html>
`;
}
