// Entry of the worker that compares two nets node by node: it reads both, matches them, places what is drawn, and holds their constants.
import * as Comlink from 'comlink';
import { convertModel } from '../graph/formats/convert/convert.ts';
import { arranged, type FileArrangement } from '../graph/formats/model/arrange.ts';
import type { Model } from '../graph/formats/model/model.ts';
import type { Outline } from '../graph/formats/model/outline.ts';
import { openModel } from '../graph/formats/open.ts';
import { decodeText, refusal, sniff, sniffBytes } from '../graph/formats/sniff/sniff.ts';
import { diffNodes, type NodeDiff } from '../graph/inspect/diff/diff.ts';
import { sideOfGraph, sideOfModel, type NetSide } from '../graph/inspect/diff/side.ts';
import { check } from '../graph/notation/check.ts';

export type DiffSource =
  | { readonly kind: 'file'; readonly file: File; readonly companions: readonly File[] }
  | { readonly kind: 'text'; readonly name: string; readonly text: string };

/** Calls reject with Error, whose message is a sentence. What is found comes in parts: as one the page would stall to take it in. */
export interface DiffCalls {
  /** `own`: compared by their own nodes, else both as operators of ours. */
  open(
    left: DiffSource,
    right: DiffSource,
    progress: (what: string, share: number) => void,
  ): Promise<{ readonly own: boolean }>;
  outline(side: 'left' | 'right'): Promise<Outline>;
  diff(): Promise<NodeDiff>;
  arrange(side: 'left' | 'right', folded: ReadonlySet<number>): Promise<FileArrangement>;
}

let held: { readonly left: NetSide; readonly right: NetSide; readonly diff: NodeDiff } | undefined;
const opened = () => {
  if (!held) throw new Error('No nets are open.');
  return held;
};

const sideOfText = (name: string, text: string): NetSide => {
  const { graph, problems } = check(text, name);
  if (graph) return sideOfGraph(graph);
  const [first] = problems;
  throw new Error(`"${name}" is no net that can be built${first ? `: ${first.message}` : '.'}`);
};

/** A model as it stands in its file, or a side that is read already. */
async function read(source: DiffSource): Promise<Model | NetSide> {
  if (source.kind === 'text') return sideOfText(source.name, source.text);
  const { file, companions } = source;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const head = bytes.subarray(0, sniffBytes);
  const kind = sniff(head);
  if (kind === 'onnx' || kind === 'tflite') {
    const beside = new Map(companions.map((one) => [one.name, one]));
    return openModel(bytes, (name) => {
      const one = beside.get(name);
      return one && new Uint8Array(new FileReaderSync().readAsArrayBuffer(one));
    });
  }
  const foreign = refusal(head, 'any');
  const decoded = foreign === undefined ? decodeText(bytes) : { problem: foreign };
  if ('problem' in decoded) throw new Error(`"${file.name}" ${decoded.problem}.`);
  return sideOfText(file.name, decoded.text);
}

const isModel = (one: Model | NetSide): one is Model => 'opsets' in one;

/** As operators of ours; undefined where some node has none. */
function converted(one: Model | NetSide): NetSide | undefined {
  if (!isModel(one)) return one;
  const made = convertModel(one);
  return 'graph' in made ? sideOfGraph(made.graph, made.params) : undefined;
}

/** Files of one format by their own nodes, anything else as operators of ours where both have them. */
function sides(
  a: Model | NetSide,
  b: Model | NetSide,
): { readonly left: NetSide; readonly right: NetSide; readonly own: boolean } {
  const asTheyAre = (one: Model | NetSide): NetSide => (isModel(one) ? sideOfModel(one) : one);
  const own = { left: asTheyAre(a), right: asTheyAre(b), own: true };
  if (own.left.spelling === own.right.spelling) return own;
  const [left, right] = [converted(a), converted(b)];
  return left && right ? { left, right, own: false } : own;
}

const calls: DiffCalls = {
  async open(left, right, progress) {
    progress('Reading both', 0);
    const [a, b] = [await read(left), await read(right)];
    progress('Finding operators', 0.2);
    const { own, ...both } = sides(a, b);
    progress('Matching nodes', 0.5);
    const diff = diffNodes(both.left, both.right, (share) => progress('Comparing nodes', 0.6 + 0.4 * share));
    held = { ...both, diff };
    return { own };
  },
  outline: (side) => Promise.resolve(opened()[side].outline),
  diff: () => Promise.resolve(opened().diff),
  arrange: (side, folded) => Promise.resolve(arranged(opened()[side].outline, folded)),
};
Comlink.expose(calls);
