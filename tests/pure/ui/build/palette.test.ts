// What the palette offers and inserts: lines that build where they are put, arguments typed behind a word, drawings of every block.
import { describe, expect, test } from 'vitest';
import { blocks } from '../../../../src/graph/blocks/index.ts';
import { check } from '../../../../src/graph/notation/check.ts';
import { insertLines } from '../../../../src/graph/notation/edit.ts';
import { parse } from '../../../../src/graph/notation/parse.ts';
import { printLine } from '../../../../src/graph/notation/print.ts';
import { blockDiagram, diagramOf } from '../../../../src/ui/views/build/diagram.ts';
import { insertionPoint, proposeLine, readTyped } from '../../../../src/ui/views/build/new-line.ts';
import { linesOf, paletteGroups, search, type PaletteItem } from '../../../../src/ui/views/build/palette.ts';

const net = (text: string) => parse(text).architecture;
const proposed = (word: string, text: string, at: number) => printLine(proposeLine(word, net(text), at));
const insertAt = (text: string, at: number, lines: readonly ReturnType<typeof proposeLine>[]) =>
  insertLines({ text, ...check(text) }, at, lines);
const whole = 'conv k3 s2 c32\nmbconv x2 k5 s2 c24 e4 se0.25\npool\nlinear c10';

describe('proposals', () => {
  test.each([
    ['mbconv', whole, 2, 'mbconv k5 c24 e4 se0.25'],
    ['uib', whole, 2, 'uib a3 k3 c24 e4'],
    ['conv', '', 0, 'conv k3 s2 c32'],
    ['conv', whole, 1, 'conv k3 c32'],
    ['conv', whole, 2, 'conv k1 c1280'],
    ['conv', whole, 3, 'conv k1 c1280'],
    ['linear', whole, 4, 'linear c10'],
    ['linear', 'conv c8', 1, 'linear c1000'],
    ['mha', 'conv c18', 1, 'mha c18 h3'],
    ['mbconv', 'conv c8\n\nuib c16 k3\n+ uib c16', 2, '+ mbconv k3 c16 e6'],
    ['t2t', '', 0, 't2t k7 s4 c64'],
  ])('%s', (word, text, at, line) => {
    expect(proposed(word, text, at)).toBe(line);
  });

  test('every block that works on a map builds behind a block', () => {
    const map = 'input 3x32x32\nconv k3 s2 c32\nmbconv k3 c24 e6\n';
    const needsOther = new Set([
      'linear',
      'mb3d',
      'vit',
      'clshead',
      'timepool',
      'gram',
      'logmel',
      'concat',
      'sum',
      'times',
    ]);
    for (const { word } of blocks.values()) {
      if (needsOther.has(word)) continue;
      const { graph, problems } = check(insertAt(map, 2, [proposeLine(word, net(map), 2)]));
      expect(graph, `${word}: ${problems[0]?.message}`).toBeDefined();
    }
  });

  test('without a selection a block goes above the head, a head to the end', () => {
    expect([insertionPoint('mbconv', net(whole), new Set()), insertionPoint('linear', net(whole), new Set())]).toEqual([
      2, 4,
    ]);
    expect(insertionPoint('mbconv', net(whole), new Set([0]))).toBe(1);
  });
});

describe('arguments behind a word', () => {
  const mbconv = blocks.get('mbconv');
  const read = (text: string) => (mbconv ? readTyped(mbconv, text) : undefined);

  test('are read as the notation reads them', () => {
    expect(read(' x2 k3.5 s2 c24 e6 act=hswish noskip')).toMatchObject({
      repeats: 2,
      args: { k: [3, 5], s: 2, c: 24, e: 6, act: 'hswish', noskip: true },
      problems: [],
    });
  });
  test('say what is wrong, but not of a word that is being written', () => {
    expect(read(' k99')?.problems).toEqual(['kernel "k" must be between 1 and 31, not "99".']);
    expect(read(' k3 nosk')?.problems).toEqual([]);
    expect(read(' k3 zz ')?.problems).toHaveLength(1);
  });
  test('an exact word takes them into its item', () => {
    const [group] = search(paletteGroups(net(whole)), '+ mbconv x2 k3 c40');
    const [item] = group?.items ?? [];
    expect(item && linesOf(item, net(whole), 2).map((line) => printLine(line))).toEqual([
      '+ mbconv x2 k3 c40 e4 se0.25',
    ]);
  });
});

describe('search', () => {
  const first = (query: string, text = whole): string | undefined =>
    search(paletteGroups(net(text)), query)[0]?.items[0]?.id;
  test.each([
    ['', 'conv'],
    ['pool', 'pool'],
    ['mb', 'mbconv'],
    ['head', 'head'],
    ['attention', 'mqa'],
    ['2404.10518', 'uib'],
    ['squeeze-excite', 'ds'],
    ['nonsense', undefined],
  ])('"%s" finds %s first', (query, id) => {
    expect(first(query)).toBe(id);
  });
  test('an empty net is offered a stem first, a net without a head a head', () => {
    expect(paletteGroups(net(''))[0]).toMatchObject({ name: 'Stem', hint: 'a net begins with one' });
    expect(first('', '')).toBe('stem');
    expect(paletteGroups(net('conv c8\nmbconv c8')).find(({ name }) => name === 'Head')?.hint).toBeDefined();
    expect(paletteGroups(net(whole)).every(({ hint }) => hint === undefined)).toBe(true);
  });
});

test.each(['efficientnet', 'mobilenetv1', 'mobilenetv3', 'mobilenetv4'])('the head of %s ends a net', (family) => {
  const text = `family ${family}\ninput 3x32x32\n\nconv k3 s2 c16\nmbconv k3 c16 e2\n`;
  const head = paletteGroups(net(text))
    .flatMap(({ items }) => items)
    .find(({ id }) => id === 'head') as PaletteItem;
  const { graph, problems } = check(insertAt(text, 2, linesOf(head, net(text), 2)));
  expect(problems).toEqual([]);
  expect(graph?.facts.get(graph.outputs[0] ?? '')?.shape).toEqual([1, 1000]);
});

describe('drawings', () => {
  test('every block has one, with room for its labels', () => {
    for (const block of blocks.values()) {
      // A part begins; it computes nothing.
      if (block.place === 'part') continue;
      const diagram = blockDiagram(block);
      // Sums and products are joins, without a box.
      expect((diagram?.boxes.length ?? 0) + (diagram?.joins.length ?? 0), block.word).toBeGreaterThan(0);
      for (const { x, width, label } of diagram?.boxes ?? []) {
        expect(x + width).toBeLessThanOrEqual(diagram?.width ?? 0);
        expect(width).toBeGreaterThanOrEqual(label.length * 5);
      }
    }
  });
  test('structure comes from the ops', () => {
    const of = (line: string) => {
      const { graph } = check(`input 3x32x32\nconv k3 c16\n${line}`);
      return (
        graph &&
        diagramOf(
          graph,
          graph.nodes.filter(({ block }) => block === 1),
        ).description
      );
    };
    expect(of('mbconv k3.5 c16 e4 se0.25')).toBe('1×1, depthwise 3, 5, squeeze-excite, 1×1, plus skip');
    expect(of('mbconv k3 c24 e4 ca8')).toBe('1×1, depthwise 3×3, coordinate attention, 1×1');
    expect(of('uib k5 s2 c16 e4')).toBe('1×1, depthwise 5×5, 1×1');
    expect(of('fused k3 c16 e4')).toBe('3×3, 1×1, plus skip');
    expect(of('mb4d c16')).toBe('average 3×3, minus skip, plus skip, 1×1, 1×1, plus skip');
  });
});
