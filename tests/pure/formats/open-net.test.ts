// A text and a file through the same door: graph, blocks, weights; what a file has no operator for stands in its list of nodes.
import { describe, expect, it } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { foldByName } from '../../../src/graph/formats/fold-by-name.ts';
import { convertModel } from '../../../src/graph/formats/convert/convert.ts';
import { openModel } from '../../../src/graph/formats/open.ts';
import { exportOnnx } from '../../../src/graph/formats/onnx/export.ts';
import { encodeOnnx } from '../../../src/graph/formats/onnx/proto.ts';
import { openNet } from '../../../src/graph/formats/open-net.ts';
import { generateTensor } from '../../../src/graph/inspect/golden.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { runReference } from '../../../src/graph/ir/reference.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { History } from '../../../src/ui/state/history.ts';

const found = resolvePreset('mobilenetv2_050@64');
if ('problem' in found) throw new Error(found.problem);
const { text, architecture } = found;
const graph = expand(architecture, 'net').graph!;
const params = new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('door', name, shape)]));

describe('openNet', () => {
  it('opens a text', () => {
    const { graph: own, file } = openNet({ kind: 'text', name: 'net', text });
    expect([own?.nodes.length, file]).toEqual([graph.nodes.length, undefined]);
  });

  it('opens a file with the counts of the net that it was made of, in blocks by name', () => {
    const told: number[] = [];
    const progress = (_: string, share: number): void => void told.push(share);
    const opened = openNet({ kind: 'file', name: 'net.onnx', bytes: exportOnnx(graph, params), progress });
    const { total } = accounting(opened.graph!);
    expect(total.macs.total).toBe(accounting(graph).total.macs.total);
    expect(opened.architecture.blocks.map(({ word }) => word)).toEqual(
      expect.arrayContaining(['conv_stem', 'blocks.1.0', 'blocks.6.0', 'classifier']),
    );
    expect(opened.graph!.nodes.filter(({ op, block }) => op !== 'input' && block < 0)).toEqual([]);
    expect(opened.params?.size).toBeGreaterThan(50);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it.each([{ shape: [32] }, { shape: [] }, { shape: [2, 3, 2, 4, 5] }])(
    'takes an input of the shape $shape',
    ({ shape }) => {
      const nodes = [{ op: 'Relu', name: 'r', inputs: ['x'], outputs: ['y'] }];
      const value = (name: string) => ({ name, shape });
      const bytes = encodeOnnx({
        name: 'n',
        opset: 17,
        nodes,
        initializers: [],
        inputs: [value('x')],
        outputs: [value('y')],
      });
      const opened = openNet({ kind: 'file', name: 'n.onnx', bytes });
      const count = shape.reduce((product, size) => product * size, 1);
      const data = Float32Array.from({ length: count }, (_, i) => i - count / 2);
      const values = runReference(opened.graph!, opened.params!, data).get(opened.graph!.outputs[0]!)!;
      expect([...values]).toEqual([...data].map((x) => Math.max(0, x)));
    },
  );

  it('names the file that weights are in where it was not given', () => {
    const model = openModel(exportOnnx(graph, params));
    const constants = new Map(
      [...model.constants].map(([name, tensor]) => [
        name,
        { ...tensor, ...(tensor.shape.length === 4 && { missing: 'w.data' }) },
      ]),
    );
    const converted = convertModel({ ...model, constants });
    const reasons = 'unconverted' in converted ? converted.unconverted.map(({ reason }) => reason) : [];
    expect(reasons).toHaveLength(graph.nodes.filter(({ op }) => op === 'conv2d').length);
    expect(new Set(reasons)).toEqual(
      new Set(['reads values that are in "w.data", which was not given: give both files together']),
    );
  });

  it('lists what has no operator, among all nodes of the file', () => {
    const value = (name: string) => ({ name, shape: [1, 3, 8, 8] });
    const node = (op: string, from: string, to: string) => ({ op, name: op, inputs: [from], outputs: [to] });
    const nodes = [node('Relu', 'x', 'y'), node('Frobnicate', 'y', 'z')];
    const bytes = encodeOnnx({
      name: 'n',
      opset: 17,
      inputs: [value('x')],
      outputs: [value('z')],
      nodes,
      initializers: [],
    });
    const { graph: none, file } = openNet({ kind: 'file', name: 'n.onnx', bytes });
    expect(none).toBeUndefined();
    expect(file?.nodes.map(({ kind, reason }) => [kind, reason !== undefined])).toEqual([
      ['Relu', false],
      ['Frobnicate', true],
    ]);
  });

  it('cuts what is shown: names and kinds may be of any length, and no two nodes lose theirs', () => {
    const long = 'n'.repeat(300_000);
    const value = (name: string) => ({ name, shape: [1, 3, 8, 8] });
    for (const last of ['Relu', long]) {
      const bytes = encodeOnnx({
        name: long,
        opset: 17,
        inputs: [value('x')],
        outputs: [value('z')],
        nodes: [
          { op: 'Sigmoid', name: `${long}a`, inputs: ['x'], outputs: ['y'] },
          { op: last, name: `${long}b`, inputs: ['y'], outputs: ['z'] },
        ],
        initializers: [],
      });
      const opened = openNet({ kind: 'file', name: 'n.onnx', bytes });
      const shown = [
        ...(opened.graph?.nodes.map(({ id }) => id) ?? []),
        ...opened.architecture.blocks.flatMap(({ word, summary = '' }) => [word, summary]),
        ...opened.file!.nodes.flatMap(({ name, kind, reason = '' }) => [name, kind, reason]),
      ];
      expect(Math.max(...shown.map(({ length }) => length)), last.slice(0, 9)).toBeLessThan(300);
      expect(new Set(opened.graph?.nodes.map(({ id }) => id)).size).toBe(opened.graph?.nodes.length ?? 0);
    }
  });
});

it('blocks are found in the names that exporters give', () => {
  const named = (...paths: string[]): string[] =>
    foldByName(paths.map((path) => ({ path, isProduct: /conv|dw/i.test(path) }))).map(({ name }) => name);
  expect(named('conv_stem', 'bn1', 'blocks.0.0.conv_dw', 'blocks.0.0.bn1', 'blocks.0.1.conv_dw')).toEqual([
    'conv_stem',
    'blocks.0.0',
    'blocks.0.1',
  ]);
  expect(named('stem.conv', 'stages.0.blocks.0.conv1', 'stages.0.blocks.1.conv1')).toEqual([
    'stem.conv',
    'stages.0.blocks.0',
    'stages.0.blocks.1',
  ]);
  expect(named('MobilenetV2.Conv.Relu6', 'MobilenetV2.expanded_conv_1.dw', 'MobilenetV2.expanded_conv_1.add')).toEqual([
    'Conv.Relu6',
    'expanded_conv_1',
  ]);
  expect(named('Conv_0', 'Relu_1', 'Conv_2', 'Add_3')).toEqual(['Conv_0', 'Conv_2']);
});

it('a stored history leaves model files out and stands at the text before', () => {
  const history = new History({ name: 'a', text: 'one', label: 'Open' });
  history.push({ name: 'b', text: '', label: 'Open', file: {} as never });
  expect(History.restore(structuredClone(history.toJSON()))?.current.text).toBe('one');
  history.push({ name: 'c', text: 'three', label: 'Convert' });
  expect(History.restore(structuredClone(history.toJSON()))?.current.text).toBe('three');
});
