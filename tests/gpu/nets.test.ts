// Whole nets on the GPU against golden records: every checkpoint and the logits, plans as the adapter gets them.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraph, openPreset } from '../../src/cli/source.ts';
import { checkRecord } from '../../src/graph/golden-check.ts';
import { parseGoldenRecord, type GoldenRecord } from '../../src/graph/golden.ts';
import { openDevice, type OpenDevice } from '../../src/workers/device.ts';
import { executeGraph } from '../../src/workers/execute.ts';
import { gpu } from './rig.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const folder = process.env.GOLDEN ?? 'test-data/golden';
const records = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name): GoldenRecord => {
    const parsed = parseGoldenRecord(readFileSync(`${folder}/${name}`, 'utf8'));
    if ('problem' in parsed) throw new Error(`${name}: ${parsed.problem}`);
    return parsed.record;
  });

describe('golden records on the GPU', () => {
  for (const record of records) {
    it(`${record.model} at ${record.input_size}`, async () => {
      const report = await checkRecord(record, {
        build: (size) => buildGraph(openPreset(record.model, { input: size })),
        execute: (graph, params, input, keep) => executeGraph(open, graph, params, [input], { keep }),
      });
      console.log(record.model, report.worst, report.worstAt);
      expect(report.failures).toEqual([]);
    });
  }
});
