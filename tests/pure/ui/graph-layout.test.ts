// The graph view's layout: nothing overlaps, every block is there, unfolding shows every op, and it is quick.
import dagre from '@dagrejs/dagre';
import { describe, expect, it } from 'vitest';
import { check } from '../../../src/graph/notation/check.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { diffUnits } from '../../../src/ui/views/net/compare/diff.ts';
import { layoutOf } from '../../../src/ui/drawing/layout.ts';
import type { Rect } from '../../../src/ui/drawing/placed.ts';
import { cardTexts } from '../../../src/ui/drawing/card-texts.ts';
import { extentOf, flowInto, legible, oneBand, stack } from '../../../src/ui/drawing/flow.ts';
import { sizes } from '../../../src/ui/drawing/sizes.ts';
import { resolutionOf, sceneOf } from '../../../src/ui/drawing/scene.ts';
import { textWidth } from '../../../src/ui/drawing/text-width.ts';
import { cpuMs } from '../cpu-time.ts';

function sceneFor(name: string) {
  const preset = resolvePreset(name);
  if ('problem' in preset) throw new Error(preset.problem);
  const { architecture, graph } = check(preset.text, name);
  if (!graph) throw new Error('no graph');
  return { scene: sceneOf({ graph, architecture }), graph };
}

const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe.each([
  'mobilenetv2_100',
  'mobilenetv3_large_100',
  'mobilenetv4_hybrid_medium',
  'efficientformerv2_s0',
  't2t_vit_14',
])('%s', (name) => {
  const { scene, graph } = sceneFor(name);

  it('shows every op once, in blocks that do not overlap', () => {
    const all = new Set(scene.units.map(({ key }) => key));
    for (const unfolded of [new Set<string>(), all]) {
      const layout = layoutOf(scene, unfolded, dagre);
      layout.units.forEach((a, i) =>
        layout.units.slice(i + 1).forEach((b) => expect(overlap(a, b), `${a.unit.key} ${b.unit.key}`).toBe(false)),
      );
    }
    const ops = layoutOf(scene, all, dagre).units.flatMap((unit) => unit.ops.map(({ node }) => node.id));
    expect(ops).toEqual(graph.nodes.filter(({ op }) => op !== 'input').map(({ id }) => id));
  });

  it('keeps ops inside their block', () => {
    for (const unit of layoutOf(scene, new Set(scene.units.map(({ key }) => key)), dagre).units) {
      for (const op of unit.ops) {
        expect(op.x).toBeGreaterThanOrEqual(unit.x);
        expect(op.x + op.width).toBeLessThanOrEqual(unit.x + unit.width);
        expect(op.y + op.height).toBeLessThanOrEqual(unit.y + unit.height);
      }
    }
  });
});

it('columns follow the resolution, residual blocks have a skip', () => {
  const { scene } = sceneFor('mobilenetv2_100');
  expect(scene.columns.map(({ title }) => title)).toEqual([
    '112 × 112',
    '56 × 56',
    '28 × 28',
    '14 × 14',
    '7 × 7',
    'vector',
  ]);
  expect(scene.units.filter(({ residual }) => residual)).toHaveLength(10);
  expect(scene.units.filter(({ reduces }) => reduces)).toHaveLength(6);
  expect(layoutOf(scene, new Set()).skips).toHaveLength(10);
});

describe('a net that branches', () => {
  const { scene } = sceneFor('face_mesh');
  const of = (key: string) => scene.units.find((unit) => unit.key === key)!;
  const keys = scene.units.map(({ key }) => key);
  it('reads what its text says, not what stands before it', () => {
    const shared = keys.find(
      (key) => of(key).sources.length > 0 && keys.filter((k) => of(k).sources.includes(key)).length === 2,
    )!;
    const readers = keys.filter((key) => of(key).sources.includes(shared));
    expect(readers).toHaveLength(2);
    for (const reader of readers)
      expect(of(reader)).toMatchObject({ input: [1, 6, 6, 128], output: [1, 3, 3, 128], reduces: true });
    expect(keys.filter((key) => keys.every((other) => !of(other).sources.includes(key)))).toHaveLength(2);
  });
  it('has an arrow for every value read, and no other', () => {
    for (const flow of [oneBand, stack, { cards: 5, columns: 3 }]) {
      const drawn = layoutOf(scene, new Set(), undefined, flow)
        .edges.filter(({ to }) => !to.endsWith(' sum'))
        .map(({ from, to }) => `${from} ${to}`);
      expect(drawn.sort()).toEqual(keys.flatMap((key) => of(key).sources.map((from) => `${from} ${key}`)).sort());
    }
  });
});

describe('two nets side by side', () => {
  const wide = sceneFor('mobilenetv2_140').scene.units;
  const base = sceneFor('mobilenetv2_100').scene.units;
  it('a net equals itself', () => {
    expect(diffUnits(base, base).every(({ change }) => change === 'same')).toBe(true);
  });
  it('a wider net changes every block but the pooling, and adds none', () => {
    const rows = diffUnits(base, wide);
    expect(rows).toHaveLength(base.length);
    expect(new Set(rows.map(({ change }) => change))).toEqual(new Set(['changed']));
  });
  it('a block taken out is the only removal', () => {
    const rows = diffUnits(
      base,
      base.filter((_, index) => index !== 6),
    );
    expect(rows.filter(({ change }) => change !== 'same').map(({ change }) => change)).toEqual(['removed']);
  });
  it('blocks stand beside blocks of the same resolution, whatever they are called', () => {
    const rows = diffUnits(
      sceneFor('mobilenetv3_large_100').scene.units,
      sceneFor('mobilenetv4_conv_small').scene.units,
    );
    const paired = rows.filter(({ left, right }) => left && right);
    expect(paired.length).toBeGreaterThan(10);
    for (const { left, right } of paired)
      expect(left && resolutionOf(left.output)).toBe(right && resolutionOf(right.output));
    const last = rows.findLastIndex(({ left }) => left && resolutionOf(left.output) === '112 × 112');
    const next = rows.findIndex(({ right }) => right && resolutionOf(right.output) === '7 × 7');
    expect(last).toBeLessThan(next);
  });
  it('nets with nothing in common are all removal and addition', () => {
    const other = sceneFor('t2t_vit_7').scene.units.filter(({ output }) => output.length === 3);
    const rows = diffUnits(base.slice(0, 5), other.slice(0, 5));
    expect(rows.map(({ change }) => change).sort()).toEqual([
      ...Array<string>(5).fill('added'),
      ...Array<string>(5).fill('removed'),
    ]);
  });
});

describe('the flow into a pane', () => {
  const names = ['mobilenetv2_100', 'mobilenetv4_hybrid_medium', 'mobilenetv4_hybrid_large', 'efficientformerv2_s0'];
  const panes = [600, 768, 939, 1099, 1600].flatMap((width) => [300, 456, 900].map((height) => ({ width, height })));
  it.each(names)('%s is legible everywhere, and only scrolls downwards', (name) => {
    const { scene } = sceneFor(name);
    for (const pane of panes) {
      const flow = flowInto(scene, pane);
      const layout = layoutOf(scene, new Set(), undefined, flow);
      expect(layout.width * legible, `${pane.width}×${pane.height}`).toBeLessThanOrEqual(pane.width - 40);
      layout.units.forEach((a, i) =>
        layout.units.slice(i + 1).forEach((b) => expect(overlap(a, b), `${a.unit.key} ${b.unit.key}`).toBe(false)),
      );
      const counts = scene.columns.map(({ units }) => units.length);
      expect(layout).toMatchObject(extentOf(counts, flow));
      // No other flow of the width is less high, unless this one fits.
      if (layout.height * legible > pane.height - 40)
        for (let cards = 3; cards < Math.max(...counts); cards++)
          expect(extentOf(counts, { ...flow, cards }).height).toBeGreaterThanOrEqual(layout.height);
    }
  });
  it('the first net fits a 1440 × 900 window whole, in its own columns', () => {
    const { scene } = sceneFor('mobilenetv2_100');
    expect(flowInto(scene, { width: 1099, height: 456 })).toEqual({ cards: 7, columns: 6 });
  });
  it('a deep net keeps every block, and names the columns that go on', () => {
    const { scene } = sceneFor('mobilenetv4_hybrid_large');
    const layout = layoutOf(scene, new Set(), undefined, flowInto(scene, { width: 1099, height: 456 }));
    expect(layout.units.map(({ unit }) => unit.key)).toEqual(scene.units.map(({ key }) => key));
    expect(layout.columns.filter(({ title }) => title.endsWith(', continued'))).not.toHaveLength(0);
    expect(layout.columns.filter(({ title }) => !title.endsWith(', continued')).map(({ title }) => title)).toEqual(
      scene.columns.map(({ title }) => title),
    );
  });
  it('oneBand is one band, stack one column', () => {
    const { scene } = sceneFor('mobilenetv3_large_100');
    expect(new Set(layoutOf(scene, new Set(), undefined, oneBand).columns.map(({ y }) => y))).toEqual(new Set([0]));
    expect(new Set(layoutOf(scene, new Set(), undefined, stack).columns.map(({ x }) => x)).size).toBe(1);
  });
});

it.each(['mobilenetv3_large_100', 'mobilenetv4_hybrid_medium', 'efficientformerv2_s0', 't2t_vit_14'])(
  'texts of the cards of %s do not touch',
  (name) => {
    for (const unit of sceneFor(name).scene.units) {
      const { word, detail, shape, value } = cardTexts(unit, sizes.card.width, '9.89 M');
      const wide = (left: string, right: string) => textWidth(left, sizes.text) + textWidth(right, sizes.text);
      expect(wide(word, shape)).toBeLessThan(sizes.card.width - 20);
      expect(wide(detail, value)).toBeLessThan(sizes.card.width - 20);
      expect(unit.detail.startsWith(detail.replace('…', '').trimEnd())).toBe(true);
      if (textWidth(unit.detail, sizes.text) < 60) expect(detail).toBe(unit.detail);
    }
  },
);

it('lays 300 ops out in under 300 ms', () => {
  const { scene, graph } = sceneFor('mobilenetv4_hybrid_medium');
  expect(graph.nodes.length).toBeGreaterThan(250);
  const all = new Set(scene.units.map(({ key }) => key));
  expect(cpuMs(() => layoutOf(scene, all, dagre))).toBeLessThan(300);
});
