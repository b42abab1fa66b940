// M1: a paper's figures beside timm's and this page's: each is in the preset's own claims, and every difference has a reason.
import { describe, expect, test } from 'vitest';
import { findPreset, presets, type Preset } from '../../../src/graph/presets/catalogue.ts';
import { paperFigures, paperLink } from '../../../src/graph/presets/paper-figures.ts';
import { claimRows } from '../../../src/ui/dialogs/claims/claim-rows.ts';
import costs from '../../../src/ui/dialogs/presets/preset-costs.json' with { type: 'json' };

const preset = (name: string): Preset => {
  const found = findPreset(name);
  if (!found) throw new Error(`no preset ${name}`);
  return found;
};
const counted = costs as unknown as Record<string, [number, number, number, number]>;
const here = (name: string) => {
  const [params, macs, height, width] = counted[name] ?? [NaN, NaN, NaN, NaN];
  return { params, macs, input: [height, width] as const };
};

test.each(Object.entries(paperFigures))('the figures of %s stand in its claims', (name, { params, macs, latency }) => {
  const claims = preset(name).file.claims.join('; ');
  const numbers = [...claims.matchAll(/(\d+(?:\.\d+)?)\s?(M|G| million| ms)?/g)].map(([, value, unit]) => [
    Number(value),
    unit,
  ]);
  const said = (value: number, scale: number) =>
    numbers.some(([number]) => Math.abs((number as number) * scale - value) < value * 1e-9);
  if (params !== undefined) expect(said(params, 1e6), `${params} in “${claims}”`).toBe(true);
  if (macs !== undefined) expect(said(macs, 1e6) || said(macs, 1e9), `${macs} in “${claims}”`).toBe(true);
  if (latency) expect(claims).toContain(`${latency.ms.toFixed(latency.ms < 10 ? 1 : 0)} ms`);
});

test('every preset has four rows, and each difference a reason', () => {
  for (const one of presets) {
    const rows = claimRows(one, here(one.name));
    expect(rows.map(({ label }) => label)).toEqual(['Top-1, ImageNet', 'Parameters', 'MACs', 'Latency']);
    for (const row of rows) expect.soft(row.why, `${one.name}, ${row.label}`).toMatch(/^\S.+\.$/);
    expect.soft(JSON.stringify(rows), one.name).not.toMatch(/NaN|undefined/);
  }
});

test('a figure that is off is not called equal', () => {
  const rows = claimRows(preset('mobilenetv4_hybrid_large'), here('mobilenetv4_hybrid_large'));
  expect(rows[1]).toMatchObject({ paper: '35.9\u202fM', here: '37,764,624' });
  expect(rows[1]?.why).toContain('published code');
  // Within a per cent, and still another number in the paper's own digits.
  for (const name of ['efficientformerv2_s2', 'efficientformerv2_l'])
    expect(claimRows(preset(name), here(name))[1]?.why).toMatch(/^0\.\d\u202f% apart/);
  expect(claimRows(preset('t2t_vit_14'), here('t2t_vit_14'))[1]?.why).toBe('Equal, rounded.');
});

test('a measurement is named with its adapter, and software says so', () => {
  const one = preset('mobilenetv2_100');
  const measured = { ...here('mobilenetv2_100'), ms: 283, adapter: 'SwiftShader (software adapter)', software: true };
  expect(claimRows(one, measured)[3]).toMatchObject({
    paper: '75\u202fms (Pixel 1, one large core)',
    here: '283\u202fms (SwiftShader (software adapter))',
    why: expect.stringContaining('software') as string,
  });
  expect(claimRows(one, here('mobilenetv2_100'))[3]).toMatchObject({ here: '–' });
});

describe('papers', () => {
  test('have an address wherever they are cited', () => {
    for (const { paper, name } of presets) expect.soft(paperLink(paper), `${name}: ${paper}`).toMatch(/^https:\/\//);
    expect(paperLink('MobileNetV2: Inverted Residuals and Linear Bottlenecks, arXiv 1801.04381')).toBe(
      'https://arxiv.org/abs/1801.04381',
    );
  });
});
