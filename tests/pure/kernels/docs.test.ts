// The page of operators and kernels cannot fall behind: it is printed from the two registries' own sentences.
import { expect, test } from 'vitest';
import { kernels } from '../../../src/gpu-kernels/kernels/index.ts';
import type { Op } from '../../../src/gpu-kernels/op.ts';
import { ops } from '../../../src/gpu-kernels/ops/index.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const operators: readonly Op<unknown>[] = Object.values(ops);
const families = [...new Set(kernels.map(({ family }) => family))];

test('the page of operators and kernels is what the registries say', async () => {
  const lines = [
    '# Operators and kernels',
    '',
    'Printed from the registries (`src/gpu-kernels/ops/index.ts`, `src/gpu-kernels/kernels/index.ts`) by `tests/pure/kernels/docs.test.ts`: run it with',
    '`-u` after a change. The verbs `ops` and `kernels` of the command line print the same sentences.',
    '',
    '## Operators',
    '',
    'What a graph is made of. MACs: the total that its multiply-accumulates count in. A pointwise operator is one expression a value, so that it',
    'may ride on the step before it.',
    '',
    '| operator | MACs | pointwise | computes |',
    '| --- | --- | --- | --- |',
    ...operators.map(
      ({ name, macKind, pointwise, doc }) =>
        `| \`${name}\` | ${macKind === 'none' ? '' : macKind} | ${pointwise ? 'yes' : ''} | ${cell(doc)} |`,
    ),
    '',
    '## Kernels',
    '',
    'Families of steps with their WGSL variants in order of preference: the first whose `accepts` says yes on the device is taken. A variant is for',
    'GPUs, for software adapters (`caps.software`), or for both. GPU variants assume no more than the guaranteed 16 KiB of workgroup memory and 256',
    'invocations unless the device offers it; they were written for GPUs and checked for correctness on SwiftShader: their tile sizes are seeds, not',
    'measurements. What software adapters like is measured in [swiftshader.md](swiftshader.md).',
    '',
    '| family | kernel | why it exists |',
    '| --- | --- | --- |',
    ...families.flatMap((family) =>
      kernels
        .filter((kernel) => kernel.family === family)
        .map(({ name, doc }, i) => `| ${i === 0 ? `\`${family}\`` : ''} | \`${name}\` | ${cell(doc)} |`),
    ),
    '',
  ];
  await expect(lines.join('\n')).toMatchFileSnapshot(new URL('../../../docs/kernels.md', import.meta.url).pathname);
});

test('each says why it exists in one sentence', () => {
  for (const { name, doc } of [...operators, ...kernels]) expect(doc, name).toMatch(/^[^\n]{5,}\.$/u);
});
