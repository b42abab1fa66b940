// Values as pictures and as numbers: planes of every layout, ranges, colours, histograms, and which layers are shown.
import { describe, expect, test } from 'vitest';
import { buildGraph, openPreset } from '../../../../src/cli/source.ts';
import { colourOf, isSigned, paint, rangeOf } from '../../../../src/ui/parts/colours.ts';
import { histogram, valueText } from '../../../../src/ui/parts/histogram.ts';
import {
  attentionNodes,
  chosenNode,
  gateNodes,
  operandsOf,
  viewable,
} from '../../../../src/ui/views/try/inside/layers.ts';
import { channelFacts, mapRange, ordered, planesOf, planeValues } from '../../../../src/ui/views/try/inside/planes.ts';

describe('planes', () => {
  const values = Float32Array.from({ length: 2 * 3 * 4 }, (_, i) => i);
  test('a map: channel last, a plane holds every fourth value', () => {
    const planes = planesOf([1, 2, 3, 4]);
    expect(planes).toEqual({ channels: 4, height: 2, width: 3, offset: 0 });
    expect([...planeValues(values, planes, 1)]).toEqual([1, 5, 9, 13, 17, 21]);
  });
  test('tokens are a map where they are a square, after the class token where there is one', () => {
    expect(planesOf([1, 49, 8])).toEqual({ channels: 8, height: 7, width: 7, offset: 0 });
    expect(planesOf([1, 197, 8])).toEqual({ channels: 8, height: 14, width: 14, offset: 8 });
    expect(planesOf([1, 6, 4])).toEqual({ channels: 4, height: 1, width: 6, offset: 0 });
    const withToken = Float32Array.from({ length: 5 * 2 }, (_, i) => i);
    expect([...planeValues(withToken, planesOf([1, 5, 2]), 0)]).toEqual([2, 4, 6, 8]);
  });
  test('a vector is planes of one value', () =>
    expect(planesOf([1, 1000])).toEqual({ channels: 1000, height: 1, width: 1, offset: 0 }));

  test('facts and orders of channels', () => {
    const facts = channelFacts(Float32Array.of(0, 5, -1, 4, 5, 9), planesOf([1, 1, 2, 3]));
    expect(facts).toEqual([
      { channel: 0, min: 0, max: 4, mean: 2 },
      { channel: 1, min: 5, max: 5, mean: 5 },
      { channel: 2, min: -1, max: 9, mean: 4 },
    ]);
    expect(ordered(facts, 'range').map(({ channel }) => channel)).toEqual([2, 0, 1]);
    expect(ordered(facts, 'mean').map(({ channel }) => channel)).toEqual([1, 2, 0]);
    expect(ordered(facts, 'channel')).toBe(facts);
  });
});

describe('colours', () => {
  test('ranges leave NaN and infinities out', () => {
    expect(rangeOf([1, NaN, -2, Infinity])).toEqual({ min: -2, max: 1 });
    expect(rangeOf([NaN])).toEqual({ min: 0, max: 0 });
    expect(rangeOf([9, 1, 9, 2, 9, 3], 1, 6, 2)).toEqual({ min: 1, max: 3 });
  });
  test('two signs: white is zero, whatever the ends', () => {
    const range = { min: -1, max: 4 };
    expect(isSigned(range)).toBe(true);
    expect(colourOf(0, range)).toEqual([247, 247, 247]);
    expect(colourOf(4, range)).toEqual([103, 0, 31]);
    expect(colourOf(-4, range)).toEqual([5, 48, 97]);
  });
  test('one sign: dark to light; a flat map has one colour; NaN has a colour of its own', () => {
    expect(colourOf(0, { min: 0, max: 2 })).toEqual([68, 1, 84]);
    expect(colourOf(2, { min: 0, max: 2 })).toEqual([253, 231, 37]);
    expect(colourOf(5, { min: 5, max: 5 })).toEqual([68, 1, 84]);
    expect([...paint([NaN], { min: 0, max: 1 })]).toEqual([255, 0, 255, 255]);
  });
});

describe('histograms', () => {
  test('every finite value is in one bin, the largest in the last', () => {
    const found = histogram([0, 0, 1, 2, 4, NaN, Infinity], 4);
    expect(found.bins).toEqual([2, 1, 1, 1]);
    expect(found).toMatchObject({ min: 0, max: 4, mean: 1.4, count: 7, zeros: 2, nonFinite: 2 });
    expect(found.std).toBeCloseTo(Math.sqrt((2 * 1.96 + 0.16 + 0.36 + 6.76) / 5), 12);
  });
  test('one value, and none', () => {
    expect(histogram([3, 3], 3)).toMatchObject({ min: 3, max: 3, std: 0, bins: [2, 0, 0] });
    expect(histogram([NaN], 3)).toMatchObject({ bins: [0, 0, 0], nonFinite: 1 });
  });
  test.each([
    [0, '0'],
    [1.23456, '1.235'],
    [-0.5, '−0.5'],
    [0.000123456, '1.23e−4'],
    [-123456, '−1.23e5'],
    [NaN, 'NaN'],
    [-Infinity, '−∞'],
  ])('%s is shown as %s', (value, text) => expect(valueText(value)).toBe(text));
});

test.each([
  [
    { min: -2, max: 1 },
    { min: -19, max: 17 },
    { min: -2, max: 2 },
  ],
  [
    { min: 3, max: 5 },
    { min: -19, max: 17 },
    { min: -5, max: 5 },
  ],
  [
    { min: 0, max: 0 },
    { min: -19, max: 17 },
    { min: -1, max: 1 },
  ],
  [
    { min: 1, max: 2 },
    { min: 0, max: 6 },
    { min: 1, max: 2 },
  ],
])('a map %o of a layer %o is coloured by %o, white at zero where the layer has both signs', (own, layer, range) => {
  expect(mapRange(own, layer, false)).toEqual(range);
  expect(mapRange(own, layer, true)).toEqual(layer);
});

describe('layers', () => {
  const graph = buildGraph(openPreset('mobilenetv3_small_100', { input: 64 }));
  test('the input is no layer; a block means its last node, a node itself, nothing the first activation', () => {
    expect(viewable(graph)).toHaveLength(graph.nodes.length - 1);
    expect(chosenNode(graph, { kind: 'node', node: 'conv_stem' })).toBe('conv_stem');
    expect(chosenNode(graph, { kind: 'node', node: 'gone' })).toBe('conv_stem');
    expect(graph.nodes.find(({ id }) => id === chosenNode(graph, { kind: 'lines', lines: new Set([2]) }))?.block).toBe(
      2,
    );
    expect(chosenNode(graph, { kind: 'none' })).toBe('bn1.act');
  });
  test('gates of squeeze-excite and of coordinate attention', () => {
    expect(gateNodes(graph)).toHaveLength(9);
    expect(
      gateNodes(buildGraph(openPreset('mbv2_ca', { input: 64 })))
        .map(({ id }) => id)
        .slice(0, 2),
    ).toEqual(['blocks.1.0.ca.gate_h', 'blocks.1.0.ca.gate_w']);
    expect(gateNodes(buildGraph(openPreset('mobilenetv2_100', { input: 64 })))).toEqual([]);
  });
  test('attention and what it reads', () => {
    const hybrid = buildGraph(openPreset('mobilenetv4_hybrid_medium', { input: 64 }));
    expect(attentionNodes(hybrid)).toHaveLength(8);
    expect(operandsOf(hybrid, 'blocks.3.8.attn')).toHaveLength(2);
    expect(operandsOf(hybrid, 'no.such')).toEqual([]);
  });
});
