// One name, one thing: two exported classes, interfaces or types of src never share a name, so that a reader knows which is meant.
import ts from 'typescript';
import { expect, test } from 'vitest';
import { sharedNames } from './debt.ts';
import { scriptOf, sourceFiles } from './source-files.ts';

/** Exported declarations of types in a file, by name. */
function typesOf(path: string): string[] {
  const { statements } = ts.createSourceFile(path, scriptOf(path), ts.ScriptTarget.Latest);
  return statements.flatMap((statement) => {
    const declares =
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement);
    if (!declares || !statement.name) return [];
    const exported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
    return exported ? [statement.name.text] : [];
  });
}

test('exported types have names of their own', () => {
  const places = new Map<string, string[]>();
  for (const path of sourceFiles)
    for (const name of typesOf(path)) places.set(name, [...(places.get(name) ?? []), path]);
  expect(places.size).toBeGreaterThan(300);
  const shared = [...places].filter(([, paths]) => paths.length > 1).sort(([a], [b]) => (a < b ? -1 : 1));
  const unknown = shared.filter(([name]) => !sharedNames.includes(name));
  expect(unknown.map(([name, paths]) => `${name}: ${paths.join(', ')}`)).toEqual([]);
  expect(
    shared.map(([name]) => name),
    'a name that is shared no more leaves the list',
  ).toEqual(sharedNames);
});
