// PyTorch code of a net: its constructors hold exactly the net's parameters, its text is stable, and any net can be said.
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { pytorchCode } from '../../../src/graph/formats/pytorch/print.ts';
import { Tree } from '../../../src/graph/formats/pytorch/tree.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { randomArchitecture } from '../notation/random-architecture.ts';

function graphOf(name: string): InferredGraph {
  const resolved = resolvePreset(name);
  const graph = 'problem' in resolved ? undefined : check(resolved.text, name).graph;
  if (!graph) throw new Error(`${name} does not build`);
  return graph;
}

/** Parameters of a constructor call, by PyTorch's documentation of the class. */
function parametersOf(call: string): number {
  const [, kind = '', words = ''] = /^(?:nn\.)?(\w+)\((.*)\)$/s.exec(call) ?? [];
  const numbers = [...words.matchAll(/(?:^|, )(\d+)(?=,|$|\))/g)].map(([, digits]) => Number(digits));
  const [a = 0, b = 0, k = 0] = numbers;
  const word = (name: string) => new RegExp(`${name}=(\\w+)`).exec(words)?.[1];
  switch (kind) {
    case 'Conv2d': {
      const [, y, x] = /^\d+, \d+, \((\d+), (\d+)\)/.exec(words) ?? [];
      const area = y === undefined ? k * k : Number(y) * Number(x);
      return (a / Number(word('groups') ?? 1)) * b * area + (word('bias') === 'False' ? 0 : b);
    }
    case 'Linear':
      return a * b + (word('bias') === 'False' ? 0 : b);
    case 'BatchNorm1d':
    case 'BatchNorm2d':
    case 'LayerNorm':
      return 2 * a;
    case 'GroupNorm':
      return 2 * b;
    case 'EvoNormB0':
    case 'EvoNormS0':
      return words.endsWith('True') ? 3 * a : 2 * a;
    case 'PReLU':
      return a;
    case 'Parameter': {
      const size = /(?:zeros|full|randn|empty|sinusoid)\(\(?([\d, ]+)/.exec(words)?.[1] ?? '';
      return size
        .split(',')
        .filter((digits) => digits.trim())
        .reduce((product, digits) => product * Number(digits), 1);
    }
    default:
      throw new Error(`a constructor that this test does not know: ${call}`);
  }
}

const declared = (code: string): number => {
  const constructor = code.slice(
    code.indexOf('class Net'),
    code.indexOf('    def forward(self', code.indexOf('class Net')),
  );
  const calls = constructor
    .split('\n')
    .map((line) => line.trim().replace(/^[\w.]+ ?= ?|,$/g, ''))
    .filter((line) => /^(nn\.(?!Module|Identity)|EvoNorm)\w+\(/.test(line));
  return calls.map(parametersOf).reduce((sum, count) => sum + count, 0);
};

describe('parameters', () => {
  it.each(presets.map(({ name }) => name))('%s: the constructors hold as many as the net', (name) => {
    const graph = graphOf(name);
    expect(declared(pytorchCode(graph))).toBe(accounting(graph).total.params);
  });
});

it.each(['mobilenetv3_small_050', 'mobilenetv4_hybrid_medium_075'])('%s keeps its text', async (name) => {
  const file = fileURLToPath(new URL(`../../../test-data/pytorch/${name}.py`, import.meta.url));
  await expect(pytorchCode(graphOf(name))).toMatchFileSnapshot(file);
});

it('says any net', () => {
  let built = 0;
  fc.assert(
    fc.property(randomArchitecture({ maxLines: 3, maxRepeats: 2 }), (architecture) => {
      const { graph } = expand(architecture, 'random');
      if (!graph) return;
      built++;
      const code = pytorchCode(graph);
      expect(declared(code)).toBe(accounting(graph).total.params);
      expect(code).not.toMatch(/undefined|NaN/);
    }),
    { numRuns: 1500 },
  );
  // Most random nets do not fit together; this many do.
  expect(built).toBeGreaterThan(100);
});

it('puts no name into the code that could end its comment', () => {
  const graph = { ...graphOf('mobilenetv3_small_050'), name: 'a""" \\ \n import os' };
  expect(pytorchCode(graph).split('\n')[0]).toBe(
    `"""a        import os: ${accounting(graph).total.params} parameters, ${accounting(graph).total.macs.total} multiply-accumulates for an input of (1, 3, 224, 224).`,
  );
});

describe('tree of modules', () => {
  it('writes numbers as lists, gaps as nothing, other keys by name', () => {
    const tree = new Tree(
      new Map([
        ['stem.0', 'a()'],
        ['stem.2', 'b()'],
        ['head.odd-name', 'c()'],
        ['head.fine', 'd()'],
        ['last', 'e()'],
      ]),
    );
    expect(tree.print(0)).toEqual([
      'self.stem = nn.ModuleList([',
      '    a(),',
      '    nn.Identity(),',
      '    b(),',
      '])',
      'self.head = Part(',
      '    fine=d(),',
      '    **{',
      '        "odd-name": c(),',
      '    },',
      ')',
      'self.last = e()',
    ]);
    expect(tree.access('stem.2')).toBe('self.stem[2]');
    expect(tree.access('head.odd-name')).toBe('getattr(self.head, "odd-name")');
    expect(tree.access('head.fine', { path: 'head', variable: 'block' })).toBe('block.fine');
  });

  it('writes a module inside another', () => {
    const tree = new Tree(
      new Map([
        ['bn', 'nn.BatchNorm2d(8)'],
        ['bn.act', 'nn.PReLU(8)'],
      ]),
    );
    expect(tree.holds).toBe(true);
    expect(tree.print(4)).toEqual([
      '    self.bn = holding(',
      '        nn.BatchNorm2d(8),',
      '        act=nn.PReLU(8),',
      '    )',
    ]);
    expect(tree.access('bn.act')).toBe('self.bn.act');
  });
});
