// The generator against its published check value, and the record check against records that are wrong in one place each.
import { describe, expect, test } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { checkRecord } from '../../../src/graph/inspect/golden-check.ts';
import type { GoldenRun } from '../../../src/graph/inspect/golden-parts.ts';
import {
  generateInput,
  generateTensor,
  parseGoldenRecord,
  type GoldenRecord,
} from '../../../src/graph/inspect/golden.ts';
import { fnv1a, mulberry32 } from '../../../src/graph/random.ts';
import { nchwToNhwc, nhwcToNchw, runReference, spread } from '../../../src/graph/ir/reference.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { smallNet } from './small-net.ts';

test('the generator gives its published check value', () => {
  const next = mulberry32(fnv1a('a/conv_stem.weight'));
  expect([next(), next(), next()]).toEqual([0.9395139592234045, 0.542416756041348, 0.782004141015932]);
});

test('FNV-1a of UTF-8 text', () => {
  expect(fnv1a('')).toBe(0x811c9dc5);
  expect(fnv1a('foobar')).toBe(0xbf9cf968);
});

test('values by the last part of the name', () => {
  const u = mulberry32(fnv1a('s/x.running_mean'))();
  expect(generateTensor('s', 'x.running_mean', [1])[0]).toBe(Math.fround(0.2 * u - 0.1));
  const w = mulberry32(fnv1a('s/x.weight'))();
  expect(generateTensor('s', 'x.weight', [1])[0]).toBe(Math.fround(0.9 + 0.2 * w));
  expect(generateTensor('s', 'x.weight', [2, 3, 2, 2])[0]).toBeCloseTo((2 * w - 1) * 0.9 * Math.sqrt(6 / 12), 7);
  for (const name of ['x.gamma', 'x.ls', 'x.running_var']) {
    const first = mulberry32(fnv1a(`s/${name}`))();
    expect(generateTensor('s', name, [1, 4, 1, 1])[0]).toBe(Math.fround(0.9 + 0.2 * first));
  }
  expect(generateTensor('s', 'pos_embed', [1, 5, 2])).toHaveLength(10);
});

const run: GoldenRun = {
  build: smallNet,
  execute: (graph, params, input, keep) => runReference(graph, params, input, { keep }),
};

/** A record as a reference implementation would write it, made with our own reference. */
function ownRecord(): GoldenRecord {
  const salt = 'r';
  const graph = smallNet(12);
  const parameters = graphParams(graph).map(({ name, shape }): [string, number[]] => [name, [...shape]]);
  const params = new Map(parameters.map(([name, shape]) => [name, generateTensor(salt, name, shape)]));
  const values = runReference(graph, params, nchwToNhwc(generateInput(salt, 12), [1, 12, 12, 3]), { keep: ['add'] });
  const stage = nhwcToNchw(values.get('add') as Float32Array, [1, 6, 6, 8]);
  const logits = values.get('classifier') as Float32Array;
  const counts = (size: number) => {
    const { macs, convOutputs } = accounting(smallNet(size)).total;
    return { macs_conv: macs.conv, macs_linear: macs.linear, conv_outputs: convOutputs };
  };
  return {
    model: 'small',
    reference: 'ours',
    salt,
    input_size: 12,
    param_count: accounting(graph).total.params,
    at_input: counts(12),
    at_native: { size: 16, ...counts(16) },
    parameters,
    checkpoints: [{ after: 'blocks.0', shape_nchw: [1, 8, 6, 6], ...spread(stage), first8: [...stage.subarray(0, 8)] }],
    logits: [...logits],
    logits_std: spread(logits).std,
  };
}

describe('a record', () => {
  test('of our own reference passes with difference 0', async () => {
    const report = await checkRecord(ownRecord(), run);
    expect(report).toEqual({
      model: 'small',
      inputSize: 12,
      passed: true,
      failures: [],
      worst: 0,
      worstAt: 'blocks.0',
      sameOrder: true,
    });
  });

  const record = ownRecord();
  const [stage] = record.checkpoints as [GoldenRecord['checkpoints'][number]];
  const nudged = (by: number) => record.logits.map((value, i) => (i === 3 ? value + by * record.logits_std : value));
  test.each<[string, Partial<GoldenRecord>, string]>([
    ['a parameter count', { param_count: 1 }, 'param_count is'],
    ['MACs at the input size', { at_input: { ...record.at_input, macs_conv: 1 } }, 'at_input.macs_conv is'],
    [
      'elements at the native size',
      { at_native: { ...record.at_native, conv_outputs: 1 } },
      'at_native.conv_outputs (16 px) is',
    ],
    [
      'a missing parameter',
      { parameters: record.parameters.slice(1) },
      'the net has 1 parameters that the record lacks: conv_stem.weight',
    ],
    [
      'an additional parameter',
      { parameters: [...record.parameters, ['extra', [1]]] },
      'the net lacks 1 parameters: extra',
    ],
    [
      'a shape',
      { parameters: [['conv_stem.weight', [8, 3, 9]], ...record.parameters.slice(1)] },
      'conv_stem.weight is [8,3,3,3], expected [8,3,9]',
    ],
    ['a stage that does not exist', { checkpoints: [{ ...stage, after: 'blocks.9' }] }, 'no stage blocks.9'],
    [
      'a stage of another shape',
      { checkpoints: [{ ...stage, shape_nchw: [1, 8, 3, 12] }] },
      'blocks.0 is [1,8,6,6], expected [1,8,3,12]',
    ],
    ['a mean', { checkpoints: [{ ...stage, mean: stage.mean + 0.0011 * stage.std }] }, 'blocks.0: off by 1.1e-3'],
    ['a standard deviation', { checkpoints: [{ ...stage, std: stage.std * 1.002 }] }, 'blocks.0: off by 2.0e-3'],
    ['a value', { checkpoints: [{ ...stage, first8: [...stage.first8.slice(0, 7), 99] }] }, 'blocks.0: off by'],
    ['a logit', { logits: nudged(0.002) }, 'logits: off by 2.0e-3'],
    ['a number of logits', { logits: record.logits.slice(1) }, 'the net has 10 logits, expected 9'],
    ['other weights', { salt: 'other' }, 'logits: off by'],
  ])('that differs in %s fails and says so', async (_what, change, message) => {
    const report = await checkRecord({ ...record, ...change }, run);
    expect(report.passed).toBe(false);
    expect(report.failures.join('; ')).toContain(message);
  });

  test('within a tenth of the tolerance passes, and the report says how far', async () => {
    const report = await checkRecord({ ...record, logits: nudged(-1e-4) }, run);
    expect(report).toMatchObject({ passed: true, worstAt: 'logits' });
    expect(report.worst).toBeCloseTo(1e-4, 6);
  });

  test('in another order of parameters passes, and the report says so', async () => {
    const parameters = [...record.parameters].reverse();
    expect(await checkRecord({ ...record, parameters }, run)).toMatchObject({ passed: true, sameOrder: false });
  });

  test('half precision is held to 5e-2 and to the largest logit', async () => {
    const best = record.logits.indexOf(Math.max(...record.logits));
    const other = record.logits.map((value, i) => (i === best ? value - 10 * record.logits_std : value));
    expect((await checkRecord({ ...record, logits: nudged(0.04) }, run, 'f16')).passed).toBe(true);
    expect((await checkRecord({ ...record, logits: other }, run, 'f16')).failures).toContain(
      'the largest logit is another class',
    );
  });

  test('NaN fails', async () => {
    const broken = new Map([
      ['add', new Float32Array(288).fill(NaN)],
      ['classifier', new Float32Array(10).fill(NaN)],
    ]);
    const report = await checkRecord(record, { ...run, execute: () => broken });
    expect(report.failures).toEqual([
      'blocks.0: off by NaN standard deviations',
      'logits: off by NaN standard deviations',
    ]);
    expect(report.worst).toBeNaN();
    const half = new Map([...broken, ['classifier', Float32Array.from(record.logits)]]);
    expect((await checkRecord(record, { ...run, execute: () => half })).worst).toBeNaN();
  });

  test('is refused with the place when it is no record', () => {
    expect(parseGoldenRecord('{')).toMatchObject({ problem: expect.stringContaining('not JSON') });
    expect(parseGoldenRecord('[]')).toMatchObject({ problem: expect.stringContaining('not a golden record') });
    const text = JSON.stringify({ ...record, checkpoints: [{ ...stage, mean: 'x' }] });
    expect(parseGoldenRecord(text)).toMatchObject({ problem: expect.stringContaining('checkpoints.0.mean') });
    expect(parseGoldenRecord(JSON.stringify(record))).toEqual({ record });
  });
});
