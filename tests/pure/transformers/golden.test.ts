// EfficientFormer, EfficientFormerV2 and T2T-ViT against what their reference implementations computed.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkRecord } from '../../../src/graph/inspect/golden-check.ts';
import { parseGoldenRecord } from '../../../src/graph/inspect/golden.ts';
import { runReference } from '../../../src/graph/ir/reference.ts';
import { preset } from './nets.ts';

test.each(['efficientformer_l1_r224', 'efficientformerv2_s0_r128', 't2t_vit_7_r224'])('%s', async (file) => {
  const parsed = parseGoldenRecord(
    readFileSync(new URL(`../../../test-data/golden/${file}.json`, import.meta.url), 'utf8'),
  );
  if ('problem' in parsed) throw new Error(parsed.problem);
  const { record } = parsed;
  const report = await checkRecord(record, {
    build: (size) => preset(`${record.model.replace(/@.*/, '')}@${size}`),
    execute: (graph, params, input, keep) => runReference(graph, params, input, { keep }),
  });
  expect(report.failures).toEqual([]);
  // Float64 accumulation leaves a hundredth of the tolerance.
  expect(report.worst).toBeLessThan(1e-4);
});
