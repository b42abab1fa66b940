// Folder names as labels, accuracy, confusion matrix and CSV of a batch.
import { folderClasses } from '../../../../src/graph/tasks/classify/folder-classes.ts';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { imagenetClasses, parseLabels } from '../../../../src/graph/tasks/classify/labels.ts';
import { batchCsv, confusion, folderOf, summarise, type BatchRow } from '../../../../src/ui/views/try/batch-table.ts';

const labels = parseLabels(readFileSync('public/models/imagenet-1k-labels.txt', 'utf8'), imagenetClasses);
const classes = folderClasses(labels);
const classOf = (folder: string): number | undefined => {
  const found = classes(folder);
  return found.kind === 'class' ? found.index : undefined;
};

test.each([
  ['tabby', 281],
  ['tabby cat', 281],
  ['Egyptian_cat', 285],
  ['285', 285],
  ['285_Egyptian_cat', 285],
  ['285 tabby', undefined],
  ['hot-dog', 934],
  ['my holiday', undefined],
  ['1000', undefined],
  ['', undefined],
])('folder %j is class %s', (folder, index) => expect(classOf(folder)).toBe(index));

test('the folder is the one that the file lies in', () => {
  expect(['a.jpg', 'x/a.jpg', 'x/y/a.jpg'].map(folderOf)).toEqual([undefined, 'x', 'y']);
});

const row = (path: string, truth: number | undefined, ...top: number[]): BatchRow => ({
  path,
  ...(truth !== undefined && { truth }),
  top: top.map((index, i) => ({ index, probability: 0.5 / (i + 1) })),
});
const rows: BatchRow[] = [
  row('cat/1.jpg', 3, 3, 1),
  row('cat/2.jpg', 3, 1, 3),
  row('dog/1.jpg', 5, 9, 8),
  row('dog/2.jpg', 5, 9, 5),
  row('loose.jpg', undefined, 3, 5),
  { path: 'dog/3.jpg', truth: 5, top: [], problem: 'no picture' },
  { path: 'dog/4.jpg', truth: 5, top: [] },
];

test('accuracy counts photos with an answer and a folder that names a class', () => {
  expect(summarise(rows)).toEqual({ answered: 5, failed: 1, judged: 4, top1: 1, top5: 3, doubts: [] });
});

describe('the confusion matrix', () => {
  test('has a row a folder, a column an answer, the folders’ own first', () => {
    expect(confusion(rows)).toEqual({
      truths: [3, 5],
      answers: [3, 5, 9, 1],
      counts: [
        [1, 0, 0, 1],
        [0, 0, 2, 0],
      ],
      others: [0, 0],
    });
  });
  test('puts rare answers together when there are too many', () => {
    expect(confusion(rows, 3)).toMatchObject({ answers: [3, 5, 9], others: [1, 0] });
  });
  test('every judged photo is in it once', () => {
    const { counts, others } = confusion(rows, 2);
    expect([...counts.flat(), ...others].reduce((a, b) => a + b)).toBe(4);
  });
});

test('CSV has a line a photo, and no cell runs as a formula', () => {
  const lines = batchCsv([row('=evil()/1.jpg', 3, 3), ...rows.slice(5)], ['a', 'b', 'c', 'cat, tom']).split('\r\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^file,truth,truth label,class 1,label 1,probability 1,/);
  expect(lines[1]).toMatch(/^'=evil\(\)\/1\.jpg,3,cat,3,cat,0\.5,,,/);
  expect(lines[2]).toContain(',no picture');
});

test('two classes of one name are said, WordNet ids and own classes are known', () => {
  const synsets = parseLabels(readFileSync('public/models/imagenet-1k-synsets.txt', 'utf8'), imagenetClasses);
  const known = folderClasses(labels, synsets);
  expect(known('crane')).toEqual({ kind: 'ambiguous', indices: [134, 517] });
  expect(known('134_crane')).toEqual({ kind: 'class', index: 134 });
  expect(known('n02124075')).toEqual({ kind: 'class', index: 285 });
  expect(known('n02124075-Egyptian_cat')).toEqual({ kind: 'class', index: 285 });
  expect(known('n02124075 tabby').kind).toBe('none');
  expect(known('n99999999').kind).toBe('none');
  // Every class by its id, its number and its first name, where that is no other's.
  labels.forEach((label, index) => {
    expect(known(synsets[index]!)).toEqual({ kind: 'class', index });
    expect(known(String(index))).toEqual({ kind: 'class', index });
    const named = known(label.replaceAll(' ', '_'));
    expect(named.kind === 'class' ? [named.index] : named.kind === 'ambiguous' && named.indices).toContain(index);
  });
  const own = folderClasses(['cat', 'dog']);
  expect([own('Dog'), own('1'), own('2')]).toEqual([
    { kind: 'class', index: 1 },
    { kind: 'class', index: 1 },
    { kind: 'none' },
  ]);
  expect(
    summarise([
      { path: 'crane/a.jpg', top: [], doubt: 'x' },
      { path: 'crane/b.jpg', top: [], doubt: 'x' },
    ]).doubts,
  ).toEqual(['x']);
});
