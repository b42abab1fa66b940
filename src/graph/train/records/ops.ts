// Records of single ops: output, derivative to every operand and parameter, and running statistics after one training step.
import * as v from 'valibot';
import { elements, type Shape } from '../../../gpu-kernels/shape.ts';
import { fakeQuant } from '../../../gpu-kernels/gradients/fake-quant.ts';
import { input as inputOp } from '../../../gpu-kernels/ops/input.ts';
import { isOpName } from '../../../gpu-kernels/ops/index.ts';
import { generateTensor } from '../../inspect/golden.ts';
import { GraphBuilder } from '../../ir/builder.ts';
import { addGradients } from '../backward.ts';
import { TrainNodes } from '../train-nodes.ts';
import { addForward, updateState, type StateUpdate } from '../training-form.ts';
import type { RecordBackend } from './backend.ts';
import { checksum, symmetric } from './random.ts';
import { Findings, type TrainReport } from './report.ts';

const shape = v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.maxLength(8));
const sums = v.pipe(v.array(v.number()), v.minLength(2));

const opCase = v.object({
  op: v.string(),
  case: v.string(),
  attrs: v.record(v.string(), v.unknown()),
  inputs: v.array(shape),
  input_scale: v.optional(v.number(), 1),
  params: v.record(v.string(), shape),
  output_shape: shape,
  output: sums,
  grads: v.record(v.string(), sums),
  state: v.optional(v.record(v.string(), sums), {}),
});
type OpCase = v.InferOutput<typeof opCase>;

export const opRecord = v.object({
  format: v.literal('bottleneck-train-1-ops'),
  salt: v.string(),
  cases: v.array(opCase),
});

export async function checkOps(
  { salt, cases }: v.InferOutput<typeof opRecord>,
  backend: RecordBackend,
): Promise<TrainReport> {
  const findings = new Findings();
  for (const one of cases) {
    try {
      await checkCase(one, salt, findings, backend);
    } catch (error) {
      findings.fail(`${one.op}, ${one.case}: ${(error as Error).message}`);
    }
  }
  return findings.report();
}

async function checkCase(one: OpCase, salt: string, findings: Findings, backend: RecordBackend): Promise<void> {
  const name = `${one.op}/${one.case}`;
  const { g, updates, params } = build(one);
  const dy = g.addAs('dy', inputOp, { shape: [...g.shape('y')] }, []);
  const inputs = one.inputs.map((_, i) => `in${i}`);
  const found = addGradients(g, new Map([['y', dy]]), {
    parameter: (role) => Object.hasOwn(one.grads, role),
    inputs: new Set(inputs),
  });
  const given = new Map<string, Float32Array>([
    ...params.map(([role, own]): [string, Float32Array] => [role, generateTensor(salt, `${name}/${role}`, own)]),
    ...one.inputs.map((own, i): [string, Float32Array] => [
      `in${i}`,
      symmetric(salt, `${name}/in${i}`, elements(own), one.input_scale),
    ]),
    ['dy', symmetric(salt, `${name}/dy`, elements(one.output_shape))],
  ]);
  const ids = { ...Object.fromEntries(found.parameters), ...Object.fromEntries(found.inputs) };
  const values = await backend.run(g, given, ['y', ...Object.values(ids), ...updates.map(({ value }) => value)]);
  const hold = (key: string, wanted: readonly number[], tensor: Float32Array | undefined): void => {
    if (!tensor) return findings.fail(`${name}, ${key}: nothing was computed`);
    const { l2, dot } = checksum(salt, `probe/${name}/${key}`, tensor);
    const bound = 1e-5 * ((wanted[0] as number) + 1e-3);
    findings.hold(`${name}, ${key}, l2`, l2, wanted[0] as number, bound);
    findings.hold(`${name}, ${key}, dot`, dot, wanted[1] as number, bound);
  };
  hold('y', one.output, values.get('y'));
  for (const [role, wanted] of Object.entries(one.grads)) hold(`d:${role}`, wanted, values.get(ids[role] ?? ''));
  updateState(updates, values, given);
  for (const [role, wanted] of Object.entries(one.state)) hold(`s:${role}`, wanted, given.get(role));
}

/** The op as a net of its own, in training form: inputs `in0`, …, result `y`, parameters by role. */
function build(one: OpCase): { g: TrainNodes; updates: StateUpdate[]; params: readonly [string, Shape][] } {
  const g = new TrainNodes();
  if (one.op === fakeQuant.name) {
    g.addAs('in0', inputOp, { shape: one.inputs[0] as number[] }, []);
    g.addAs('y', fakeQuant, one.attrs as unknown as Parameters<typeof fakeQuant.shape>[1], ['in0']);
    return { g, updates: [], params: [] };
  }
  if (!isOpName(one.op)) throw new RangeError('there is no such op');
  const builder = new GraphBuilder(one.op);
  const inputs = one.inputs.map((own, i) => builder.input(own, `in${i}`));
  const roles = [...Object.keys(one.params), 'running_mean', 'running_var'];
  // The records leave the number of positions to the operand.
  const attrs = one.op === 'position_embedding' ? { tokens: one.inputs[0]?.[1], ...one.attrs } : one.attrs;
  builder.add('y', one.op, attrs, inputs, { names: Object.fromEntries(roles.map((role) => [role, role])) });
  const graph = builder.graph();
  const updates = addForward(g, graph, () => true);
  return { g, updates, params: (graph.facts.get('y')?.params ?? []).map(({ role, shape: own }) => [role, own]) };
}
