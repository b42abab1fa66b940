// `conformance FOLDER`: the ONNX project's node tests (node-tests.json and its blob) on the CPU, as a table by operator.
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { evaluate } from '../../graph/formats/model/evaluate.ts';
import { ModelError, type DataType } from '../../graph/formats/model/model.ts';
import { decoded, type Tensor } from '../../graph/formats/model/tensor.ts';
import { kindsOf, openModel } from '../../graph/formats/open.ts';
import { textTable } from '../text-table.ts';
import { conformanceExceptions } from '../corpus/conformance-exceptions.ts';
import { json, UsageError, type Verb } from '../verb.ts';

const stored = v.tuple([v.string(), v.string(), v.array(v.number()), v.number(), v.number()]);
const schema = v.object({
  tests: v.array(
    v.object({
      name: v.string(),
      op: v.string(),
      model: v.tuple([v.number(), v.number()]),
      sets: v.array(v.object({ in: v.array(stored), out: v.array(stored) })),
      ort: v.string(),
    }),
  ),
});
type NodeTest = v.InferOutput<typeof schema>['tests'][number];

export const conformance: Verb = {
  operands: 'FOLDER',
  count: { min: 1, max: 1 },
  doc: 'Runs the node tests of ONNX on the CPU and prints a table by operator.',
  options: [{ name: 'failures', doc: 'Also name each test that fails, with the reason.' }, json],
  run({ positionals, flag }, console) {
    const { tests, blob } = load(positionals[0] as string);
    const results = tests.map((test) => ({
      name: test.name,
      op: test.op,
      ort: test.ort,
      reason: reasonOf(test, blob),
    }));
    const failures = results.flatMap(({ name, op, reason }) =>
      reason === undefined ? [] : [{ name, op, reason, allowed: conformanceExceptions.get(name) }],
    );
    const passed = results.length - failures.length;
    const unlisted = failures.filter(({ allowed }) => allowed === undefined);
    // The list must stay true: what passes has no place on it.
    const struck = results.filter(({ name, reason }) => reason === undefined && conformanceExceptions.has(name));
    const code = unlisted.length + struck.length > 0 ? 1 : 0;
    if (flag('json')) {
      console.out(JSON.stringify({ passed, failures, struck: struck.map(({ name }) => name) }, undefined, 2));
      return code;
    }
    const rows = [...new Set(results.map(({ op }) => op))].sort().map((op) => {
      const own = results.filter((result) => result.op === op);
      const passed = own.filter(({ reason }) => reason === undefined).length;
      return [op, String(passed), String(own.length)];
    });
    const columns = [{ title: 'operator' }, { title: 'passed', right: true }, { title: 'of', right: true }];
    for (const line of textTable(columns, rows)) console.out(line);
    const named = flag('failures') ? failures : unlisted;
    for (const { name, reason, allowed } of named)
      console.out(`${name}: ${reason}${allowed === undefined ? '' : `. Listed: ${allowed}`}`);
    for (const { name } of struck) console.out(`${name}: passes, and is still listed as one that may fail`);
    const share = ((100 * passed) / results.length).toFixed(1);
    console.out(`${passed} passed (${share} %), ${failures.length} failed, of which ${unlisted.length} are not listed`);
    return code;
  },
};

function load(folder: string): { tests: readonly NodeTest[]; blob: Uint8Array } {
  try {
    const { tests } = v.parse(schema, JSON.parse(readFileSync(join(folder, 'node-tests.json'), 'utf8')));
    return { tests, blob: gunzipSync(readFileSync(join(folder, 'node-tests.bin.gz'))) };
  } catch (error) {
    throw new UsageError(
      `"${folder}" holds no node tests (node-tests.json and node-tests.bin.gz): ${(error as Error).message}`,
    );
  }
}

/** Why a test fails, or undefined. Tolerance of the ONNX project: 10⁻³ relative and 10⁻⁷. */
function reasonOf({ model: [at, length], sets }: NodeTest, blob: Uint8Array): string | undefined {
  const tensorOf = ([name, type, shape, from, size]: v.InferOutput<typeof stored>): Tensor =>
    decoded({ name, type: typeOf(type), shape, bytes: blob.slice(from, from + size) });
  try {
    const model = openModel(blob.slice(at, at + length));
    for (const set of sets) {
      const feeds = new Map(set.in.map((value) => [value[0], tensorOf(value)]));
      const { known, unsupported } = evaluate(model, kindsOf(model), { feeds });
      if (unsupported[0]) return `${unsupported[0].node.kind} ${unsupported[0].reason}`;
      for (const value of set.out) {
        const wrong = differs(known.get(value[0])?.tensor, tensorOf(value));
        if (wrong !== undefined) return `${value[0]}: ${wrong}`;
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}

const typeOf = (type: string): DataType =>
  type === 'float' ? 'float32' : type === 'double' ? 'float64' : (type as DataType);

function differs(found: Tensor | undefined, wanted: Tensor): string | undefined {
  if (!found) return 'was not computed';
  if (found.shape.join() !== wanted.shape.join())
    return `is [${found.shape.join(', ')}], not [${wanted.shape.join(', ')}]`;
  for (let i = 0; i < wanted.data.length; i++) {
    const [a, b] = [found.data[i]!, wanted.data[i]!];
    if (a === b || (a !== a && b !== b) || Math.abs(a - b) <= 1e-3 * Math.abs(b) + 1e-7) continue;
    return `value ${i} is ${a}, not ${b}`;
  }
  return undefined;
}
