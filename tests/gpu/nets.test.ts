// Whole nets on the GPU against golden records: every checkpoint and the logits, plans as the adapter gets them.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraph, openPreset } from '../../src/cli/source.ts';
import { checkRecord } from '../../src/graph/inspect/golden-check.ts';
import { parseGoldenRecord, type GoldenRecord } from '../../src/graph/inspect/golden.ts';
import { runReference } from '../../src/graph/ir/reference.ts';
import { presets } from '../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../src/graph/presets/resolve.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { executeGraph } from '../../src/workers/engine/execute.ts';
import { adapterName, gpu } from './rig.ts';
import { netFrom } from './tiny-net.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const folder = 'test-data/golden';
const records = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name): GoldenRecord => {
    const parsed = parseGoldenRecord(readFileSync(`${folder}/${name}`, 'utf8'));
    if ('problem' in parsed) throw new Error(`${name}: ${parsed.problem}`);
    return parsed.record;
  });

async function failures(
  record: GoldenRecord,
  on: OpenDevice,
  precision: 'f32' | 'f16' = 'f32',
): Promise<readonly string[]> {
  const report = await checkRecord(
    record,
    {
      build: (size) => buildGraph(openPreset(record.model, { input: size })),
      execute: (graph, params, input, keep) => executeGraph(on, graph, params, [input], { keep, precision }),
    },
    precision,
  );
  return report.failures;
}

/** Fusions and workgroup memory of every kind, small enough for an adapter without a GPU. */
const few = ['mobilenetv1_100', 'mobilenetv2_035', 'mobilenetv3_small_075', 'mobilenetv4_hybrid_medium', 'tf_mixnet_s'];
const fewRecords = records.filter(({ model }) => few.includes(model));

/** The second adapter is there for half precision: single precision is checked in full on the first. */
const half = adapterName === 'lavapipe';

describe('golden records, in the plan that this adapter gets', () => {
  for (const record of half ? fewRecords.slice(0, 2) : records) {
    it(`${record.model} at ${record.input_size}`, async () => {
      expect(await failures(record, open)).toEqual([]);
    });
  }
});

const asGpu = (): OpenDevice => ({ ...open, capabilities: { ...open.capabilities, software: false } });

describe('golden records, in the plan that a GPU gets', () => {
  for (const record of half ? fewRecords.slice(0, 2) : records) {
    it(`${record.model} at ${record.input_size}`, async () => {
      expect(await failures(record, asGpu())).toEqual([]);
    });
  }
});

const familyOf = (model: string): string | undefined => {
  const resolved = resolvePreset(model);
  return 'problem' in resolved ? undefined : resolved.preset?.family;
};
const recorded = new Set(records.map(({ model }) => familyOf(model)));
/** The first preset of each family that no reference implementation's record speaks for. */
const unrecorded = [...new Map(presets.toReversed().map(({ family, name }) => [family, name]))].filter(
  ([family]) => !recorded.has(family),
);

describe('families without a record, in the plan that a GPU gets', () => {
  it.each(half ? unrecorded.slice(0, 1) : unrecorded)('%s: %s agrees with the CPU reference', async (_family, name) => {
    // A wave has the length that its net was made for.
    const native = openPreset(name, {});
    const isWave = native.architecture.header.rate !== undefined;
    const { graph, params, input } = netFrom(buildGraph(isWave ? native : openPreset(name, { input: 64 })));
    const output = graph.outputs[0] as string;
    const expected = runReference(graph, params, input).get(output) as Float32Array;
    const found = (await executeGraph(asGpu(), graph, params, [input])).get(output) as Float32Array;
    const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(scale).toBeGreaterThan(0);
    expect(found.length).toBe(expected.length);
    expect(Math.max(...expected.map((x, i) => Math.abs(x - (found[i] as number)))) / scale).toBeLessThan(1e-4);
  });
});

if (half) {
  describe('golden records in half precision', () => {
    for (const record of fewRecords) {
      it(`${record.model} at ${record.input_size}`, async () => {
        expect(await failures(record, open, 'f16')).toEqual([]);
      });
    }
  });
}
