// A few large sums, one invocation each: averages of cells and products of tokens.
import { cellsOf } from '../../ops/adaptive-pool.ts';
import { element, gatherKernel, shapeOf } from '../move/gather.ts';

/** Declares `begin` and `end` of cell `i` along one axis by PyTorch's rule. */
const ends = (name: string, i: string, length: number, cells: number): string =>
  `let ${name}Begin = (${i} * ${length}u) / ${cells}u;
let ${name}End = ((${i} + 1u) * ${length}u + ${cells - 1}u) / ${cells}u;`;

export const cells = gatherKernel('cells/element', 'cells', 'Averages the pixels of a cell.', (shader, step) => {
  const [, height, width] = shapeOf(step.inputs[0]) as [number, number, number];
  const [rows, columns] = step.attrs.size;
  // All cells of a size that divides the map are alike.
  const even = [cellsOf(height, rows), cellsOf(width, columns)].every(
    (list) => new Set(list.map(([a, b]) => b - a)).size === 1,
  );
  const area = even ? `${(height / rows) * (width / columns)}.0` : 'f32((yEnd - yBegin) * (xEnd - xBegin))';
  return `${ends('y', 'i1', height, rows)}
${ends('x', 'i2', width, columns)}
for (var y = yBegin; y < yEnd; y++) {
for (var x = xBegin; x < xEnd; x++) { value += ${element(shader, 0, ['i0', 'y', 'x', 'c'])}; }
}
value = value / ${height % rows === 0 && width % columns === 0 ? area : 'f32((yEnd - yBegin) * (xEnd - xBegin))'};`;
});

export const gram = gatherKernel('gram/element', 'gram', 'Multiplies two tokens.', (shader, step) => {
  const channels = shapeOf(step.inputs[0]).at(-1) as number;
  const [left, right] = [element(shader, 0, ['i0', 'i1', 'k']), element(shader, 0, ['i0', 'i2', 'k'])];
  return `for (var k = 0u; k < ${channels}u; k++) { value += ${left} * ${right}; }`;
});
