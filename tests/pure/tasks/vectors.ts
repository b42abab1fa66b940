// Where the vectors of vectors*.test.ts are read from: test-data/tasks (make-vectors.py), or the folder that TASK_VECTORS names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const folder = process.env['TASK_VECTORS'] ?? 'test-data/tasks';
export const readVectors = <T>(name: string): T => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T;
export type Rows = readonly (readonly number[])[];

export function near(found: ArrayLike<number>, wanted: ArrayLike<number>, bound: number): void {
  expect(found).toHaveLength(wanted.length);
  for (let i = 0; i < wanted.length; i++)
    expect(Math.abs((found[i] as number) - (wanted[i] as number)), `value ${i}`).toBeLessThanOrEqual(bound);
}
