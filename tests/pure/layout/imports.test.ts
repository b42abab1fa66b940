// The house keeps its rooms: every import obeys the layers, nothing imports in a circle, and what still does stands in a list that only shrinks.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { imports as debt } from './debt.ts';
import { brokenRule, placeOf } from './rules.ts';
import { cyclesOf, imports, sourceFiles, type Import } from './source-files.ts';

const text = ({ from, to }: Import): string => `${from} → ${to}`;
const owed = new Set(debt);
const cycles = cyclesOf(imports);
const inCycle = ({ from, to }: Import): boolean => cycles.some((files) => files.includes(from) && files.includes(to));

test('every file has a place in the layers', () => {
  expect(sourceFiles.length).toBeGreaterThan(400);
  const homeless = sourceFiles.filter((path) => placeOf(path).layer < 0);
  expect(homeless, 'name the room’s layer in tests/pure/layout/rules.ts').toEqual([]);
});

test('imports obey the layers', () => {
  const broken = imports.flatMap((edge) => {
    const rule = brokenRule(edge);
    return rule === undefined || owed.has(text(edge)) ? [] : [`${text(edge)}: ${rule}`];
  });
  expect(broken).toEqual([]);
});

test('nothing imports in a circle, neither values nor types', () => {
  const left = cyclesOf(imports.filter((edge) => !owed.has(text(edge))));
  expect(left.map((files) => imports.filter((e) => files.includes(e.from) && files.includes(e.to)).map(text))).toEqual(
    [],
  );
});

test('what is owed is still owed: a paid debt leaves the list', () => {
  const unpaid = new Set(imports.filter((edge) => brokenRule(edge) !== undefined || inCycle(edge)).map(text));
  expect(debt.filter((entry) => !unpaid.has(entry))).toEqual([]);
  expect(new Set(debt).size).toBe(debt.length);
});

test.each(['gpu-kernels', 'graph', 'workers/engine'])('%s is compiled without the DOM', (folder) => {
  const config = readFileSync(new URL(`../../../src/${folder}/tsconfig.json`, import.meta.url), 'utf8');
  expect((JSON.parse(config) as { compilerOptions: { lib: string[] } }).compilerOptions.lib).toEqual(['ES2023']);
});

describe('the rules themselves', () => {
  test.each([
    ['ui/views/net/a.ts', 'ui/views/try/b.ts', 'members of ui/views never import each other'],
    ['workers/jobs/measure/a.ts', 'workers/jobs/vision/b.ts', 'members of workers/jobs never import each other'],
    ['cli/verbs/run.ts', 'cli/verbs/show.ts', 'members of cli/verbs never import each other'],
    ['workers/engine/a.ts', 'workers/jobs/measure/b.ts', 'workers/engine imports nothing of workers/jobs'],
    ['ui/state/a.ts', 'ui/views/net/b.ts', 'ui/state imports nothing of ui/views'],
    ['gpu-kernels/op.ts', 'gpu-kernels/ops/relu.ts', 'gpu-kernels/. imports nothing of gpu-kernels/ops'],
    ['graph/ir/a.ts', 'graph/quant/b.ts', 'graph/ir imports nothing of graph/quant'],
    ['graph/plan/a.ts', 'workers/engine/b.ts', 'graph imports nothing of workers'],
    ['ui/main.ts', 'cli/main.ts', 'ui imports nothing of cli'],
    ['cli/main.ts', 'ui/main.ts', 'cli imports nothing of ui'],
  ])('%s → %s is refused', (from, to, rule) => {
    expect(brokenRule({ from, to })).toContain(rule);
  });

  test.each([
    ['ui/views/net/a.ts', 'ui/views/net/b.ts'],
    ['ui/views/registry.ts', 'ui/views/net/b.ts'],
    ['cli/verbs/index.ts', 'cli/verbs/show.ts'],
    ['ui/weights/fetch.ts', 'ui/page-policy.ts'],
    ['cli/verbs/show.ts', 'graph/plan/plan.ts'],
  ])('%s → %s is allowed', (from, to) => {
    expect(brokenRule({ from, to })).toBeUndefined();
  });

  test('a circle of types is a circle', () => {
    const edge = (from: string, to: string): Import => ({ from, to });
    expect(cyclesOf([edge('a', 'b'), edge('b', 'c'), edge('c', 'a'), edge('c', 'd')])).toEqual([['a', 'b', 'c']]);
  });
});
