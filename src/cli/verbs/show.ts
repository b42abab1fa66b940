// `show NET`: the layer table of a net, with its totals and the convention they are counted by.
import { accounting, countingConvention, type Accounting } from '../../graph/cost/cost.ts';
import type { InferredGraph, NodeFacts } from '../../graph/ir/graph.ts';
import { namesModelFile, openImported } from '../imported.ts';
import { buildGraph, openSource } from '../source.ts';
import { bytes, integer, millions, pairText, shapeText, textTable, type TextColumn } from '../text-table.ts';
import { json, type Verb } from '../verb.ts';

export const show: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Shows every layer of a net with shape, parameters, MACs, memory and receptive field, and the totals.',
  options: [
    {
      name: 'input',
      value: 'N',
      range: { min: 1, max: 2048, integer: true },
      doc: 'Input height and width in pixels.',
    },
    {
      name: 'width',
      value: 'X',
      range: { min: 0.01, max: 16, integer: false },
      doc: 'Width multiplier in place of the text’s own.',
    },
    json,
  ],
  run({ positionals, number, flag }, console) {
    const net = positionals[0] as string;
    const overrides = { input: number('input'), width: number('width') };
    const source = namesModelFile(net) ? undefined : openSource(net, overrides);
    const graph = source ? buildGraph(source) : openImported(net, overrides).graph;
    const note = source?.preset?.note;
    if (note !== undefined) console.err(`bottleneck show: ${note}`);
    const counted = accounting(graph);
    const name = source?.name ?? graph.name;
    const input = source?.architecture.header.input ?? inputOf(graph);
    if (flag('json')) {
      console.out(JSON.stringify(asJson(name, input, graph, counted), undefined, 2));
      return 0;
    }
    console.out(`${name}, input ${input.join('×')}`);
    console.out('');
    for (const line of layerTable(graph, counted)) console.out(line);
    console.out('');
    for (const line of totals(counted)) console.out(line);
    console.out('');
    console.out(countingConvention);
    return 0;
  },
};

/** Channels, height and width of a picture; any other input as it is. */
function inputOf(graph: InferredGraph): readonly number[] {
  const [, ...shape] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
  return shape.length === 3 ? [shape[2]!, shape[0]!, shape[1]!] : shape;
}

const columns: readonly TextColumn[] = [
  { title: 'node' },
  { title: 'op' },
  { title: 'output' },
  { title: 'params', right: true },
  { title: 'M MACs', right: true },
  { title: 'activations', right: true },
  { title: 'moved', right: true },
  { title: 'alive', right: true },
  { title: 'field px', right: true },
  { title: 'stride px', right: true },
];

function layerTable(graph: InferredGraph, { nodes }: Accounting): string[] {
  const rows = graph.nodes.map(({ id, op }, index) => {
    const cost = nodes[index] as Accounting['nodes'][number];
    const { shape } = graph.facts.get(id) as NodeFacts;
    return [
      id,
      op,
      shapeText(shape),
      cost.params === 0 ? '' : integer(cost.params),
      cost.macs === 0 ? '' : millions(cost.macs),
      cost.activations === 0 ? '' : integer(cost.activations),
      cost.bytes === 0 ? '' : bytes(cost.bytes),
      bytes(cost.liveBytes),
      cost.view.whole ? 'all' : pairText(cost.view.field),
      cost.view.whole ? '' : pairText(cost.view.stride),
    ];
  });
  return textTable(columns, rows);
}

function totals({ total }: Accounting): string[] {
  const { conv, linear, attention } = total.macs;
  return textTable(
    [{ title: 'total' }, { title: 'value', right: true }, { title: 'of which' }],
    [
      ['params', integer(total.params), ''],
      [
        'MACs',
        `${millions(total.macs.total)} M`,
        `convolution ${millions(conv)} M, linear ${millions(linear)} M, attention ${millions(attention)} M`,
      ],
      ['activations', integer(total.activations), `convolution ${integer(total.convOutputs)}`],
      ['moved, float32', bytes(total.bytes), `weights ${bytes(total.weightBytes)}`],
      ['peak memory, float32', bytes(total.peakLiveBytes), `at ${total.peakAt}`],
      [
        'receptive field',
        `${pairText(total.view.field)} px`,
        `stride ${pairText(total.view.stride)} px, at ${total.viewAt}`,
      ],
    ],
  );
}

function asJson(name: string, input: readonly number[], graph: InferredGraph, { nodes, total }: Accounting): unknown {
  return {
    name,
    input,
    params: total.params,
    macs: total.macs.total,
    macsByKind: { conv: total.macs.conv, linear: total.macs.linear, attention: total.macs.attention },
    activations: total.activations,
    convOutputs: total.convOutputs,
    bytes: total.bytes,
    weightBytes: total.weightBytes,
    peakLiveBytes: total.peakLiveBytes,
    peakAt: total.peakAt,
    receptiveField: total.view.field,
    stride: total.view.stride,
    receptiveFieldAt: total.viewAt,
    convention: countingConvention,
    nodes: graph.nodes.map(({ id, op, inputs, attrs }, index) => {
      const { view, id: _id, ...cost } = nodes[index] as Accounting['nodes'][number];
      const { shape, params: tensors } = graph.facts.get(id) as NodeFacts;
      const parameters = tensors.map((tensor) => ({
        name: tensor.name,
        shape: tensor.shape,
        trainable: tensor.trainable,
      }));
      return {
        id,
        op,
        inputs,
        attrs,
        shape,
        ...cost,
        receptiveField: view.field,
        stride: view.stride,
        seesAll: view.whole,
        parameters,
      };
    }),
  };
}
