// `inspect FILE`: what an ONNX or TFLite file holds: its operators, values, weights, and each node that cannot be run here.
import { evaluate } from '../../graph/formats/model/evaluate.ts';
import { ModelError, nodeLabel, quoted, type Model } from '../../graph/formats/model/model.ts';
import { kindsOf, reportOf, type Report } from '../../graph/formats/open.ts';
import { readModel } from '../model-file.ts';
import { bytes, integer, textTable } from '../text-table.ts';
import { json, NetError, UsageError, type Console, type Verb } from '../verb.ts';

export const inspect: Verb = {
  operands: 'FILE',
  count: { min: 1, max: 1 },
  doc: 'Shows what an ONNX or TFLite file holds and which of its nodes cannot be run here.',
  options: [
    { name: 'input', value: 'NAME=1x3x224x224', doc: 'Shape of an input whose file leaves dimensions open.' },
    json,
  ],
  run({ positionals, word, flag }, console) {
    const path = positionals[0] as string;
    const model = readModel(path);
    try {
      const evaluation = evaluate(model, kindsOf(model), { shapes: shapesOf(model, word('input')) });
      const report = reportOf(model, evaluation);
      const inputs = model.inputs.map(({ name, label, type }) => ({
        name: label ?? name,
        type,
        shape: evaluation.known.get(name)?.shape,
      }));
      const outputs = model.outputs.map((name) => {
        const known = evaluation.known.get(name);
        return { name: model.values.get(name)?.label ?? name, type: known?.type, shape: known?.shape };
      });
      if (flag('json')) {
        const { format, name, producer, warnings } = model;
        const opsets = Object.fromEntries(model.opsets);
        const metadata = [...model.metadata];
        console.out(
          JSON.stringify(
            {
              format,
              name,
              producer,
              opsets,
              metadata,
              warnings,
              nodes: model.nodes.length,
              inputs,
              outputs,
              ...report,
            },
            undefined,
            2,
          ),
        );
      } else print(console, path, model, report, inputs, outputs);
      return 0;
    } catch (error) {
      if (error instanceof ModelError) throw new NetError(`${path}: ${error.message}`);
      throw error;
    }
  },
};

/** `NAME=1x3x224x224`. */
function shapesOf(model: Model, text: string | undefined): ReadonlyMap<string, readonly number[]> {
  if (text === undefined) return new Map();
  const [, label = '', sizes = ''] = /^(.*)=(\d+(?:x\d+)*)$/.exec(text) ?? [];
  const input = model.inputs.find(({ name, label: own }) => (own ?? name) === label);
  if (!input) {
    const names = model.inputs.map(({ name, label: own }) => quoted(own ?? name)).join(', ');
    throw new UsageError(`--input takes NAME=1x3x224x224; this file’s inputs are ${names}.`);
  }
  return new Map([[input.name, sizes.split('x').map(Number)]]);
}

interface Listed {
  readonly name: string;
  readonly type: string | undefined;
  readonly shape: readonly number[] | undefined;
}
const listed = ({ name, type, shape }: Listed): string =>
  `${quoted(name)} ${type ?? 'of unknown type'} ${shape ? `[${shape.join(', ')}]` : 'of unknown shape'}`;

function print(
  console: Console,
  path: string,
  model: Model,
  report: Report,
  inputs: readonly Listed[],
  outputs: readonly Listed[],
): void {
  const versions = [...model.opsets]
    .map(([domain, version]) => `${domain === '' ? '' : `${domain} `}${version}`)
    .join(', ');
  console.out(
    `${path}: ${model.format === 'onnx' ? `ONNX, opset ${versions}` : `TFLite, schema ${versions}`}${model.producer === '' ? '' : `, by ${quoted(model.producer)}`}`,
  );
  for (const [key, value] of model.metadata)
    if (key !== 'description') console.out(`  ${quoted(key)}: ${quoted(value)}`);
  for (const input of inputs) console.out(`  input  ${listed(input)}`);
  for (const output of outputs) console.out(`  output ${listed(output)}`);
  for (const { type, count, bytes: size } of report.constants)
    console.out(`  ${integer(count)} constants of ${type}, ${bytes(size)}`);
  const { perTensor, perAxis } = report.quantized;
  if (perTensor + perAxis > 0)
    console.out(`  ${integer(perTensor)} values quantised as a whole, ${integer(perAxis)} along an axis`);
  console.out('');
  const rows = report.kinds.map(([kind, nodes]) => [kind, integer(nodes)]);
  for (const line of textTable([{ title: 'operator' }, { title: 'nodes', right: true }], rows)) console.out(line);
  console.out('');
  for (const warning of model.warnings) console.out(warning);
  for (const { name, reason } of report.unread) console.out(`The weight ${quoted(name)} is not read: ${reason}.`);
  for (const { name, nan, infinite } of report.nonFinite)
    console.out(
      `The weight ${quoted(name)} has ${integer(nan)} NaN and ${integer(infinite)} infinite values: what they reach is spoiled.`,
    );
  for (const node of report.unsupported) console.out(`${nodeLabel(node)} ${node.reason}.`);
  const total = model.nodes.length;
  console.out(
    report.unsupported.length + report.unread.length === 0
      ? `All ${integer(total)} nodes can be run.`
      : `${integer(report.unsupported.length)} of ${integer(total)} nodes cannot be run here.`,
  );
}
