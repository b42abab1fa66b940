// F26: a block has one name wherever it is shown: the list's number, the inspector's heading, the graph's card, the profile's row and its parameters.
import { expect, test } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { sceneOf, unitsName } from '../../../src/ui/drawing/scene.ts';
import { rowsOf } from '../../../src/ui/views/build/rows.ts';
import { layerRows } from '../../../src/ui/views/profile/rows.ts';

const files = [...new Set(presets.map(({ file }) => file))];

test('list, graph and profile agree on every block of every preset file', () => {
  for (const { text, variants } of files) {
    const name = variants[0]?.name ?? '';
    const { architecture, problems, graph } = check(text, name);
    if (!graph) throw new Error(`${name} does not build`);
    const costs = accounting(graph);
    const cards = sceneOf({ graph, architecture }).units;
    const layers = layerRows({ graph, architecture, accounting: costs, dispatches: undefined });
    const lines = rowsOf(architecture, problems, graph, costs);
    expect
      .soft(
        layers.map((row) => row.name),
        name,
      )
      .toEqual(cards.map((card) => card.name));
    expect
      .soft(
        lines.flatMap(({ facts }) => facts?.names ?? []),
        name,
      )
      .toEqual(cards.map((card) => card.name));
    expect
      .soft(new Set(cards.map((card) => card.name)).size, `${name}: no two blocks are called alike`)
      .toBe(cards.length);
    for (const { stage, facts } of lines) {
      const [first] = facts?.names ?? [];
      if (stage === undefined || first === undefined) continue;
      expect.soft(/\d+/.exec(first)?.[0], `${name}: the number of ${first} in the list`).toBe(String(stage));
    }
    // A parameter that bears the name of a block is of that block.
    const names = cards.map((card) => card.name).sort((a, b) => b.length - a.length);
    for (const card of cards) {
      for (const param of card.nodes.flatMap(({ id }) => graph.facts.get(id)?.params ?? [])) {
        const named = names.find((block) => param.name.startsWith(`${block}.`));
        expect.soft([undefined, card.name], `${param.name} in ${card.name}`).toContain(named);
      }
    }
  }
});

test('repeats of a line are named together', () => {
  expect(unitsName(['blocks.1.0', 'blocks.1.1', 'blocks.1.2'])).toBe('blocks.1.0–2');
  expect(unitsName(['conv_stem'])).toBe('conv_stem');
  expect(unitsName(['blocks.4', 'blocks.5'])).toBe('blocks.4–5');
  expect(unitsName(['a.1', 'b.2'])).toBe('a.1 – b.2');
});
