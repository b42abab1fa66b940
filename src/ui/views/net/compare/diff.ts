// Two nets side by side: their blocks aligned so that what was inserted, removed or changed stands out. Pure data.
import { resolutionOf, type Unit } from '../../../drawing/scene.ts';

export interface DiffRow {
  readonly left?: Unit;
  readonly right?: Unit;
  readonly change: 'same' | 'changed' | 'added' | 'removed';
}

/** What must be equal for two blocks to be the same: ops with their attributes, and the shapes that go in and come out. */
const signature = (unit: Unit): string =>
  `${JSON.stringify(unit.nodes.map(({ op, attrs }) => [op, attrs]))} ${unit.input.join('x')} ${unit.output.join('x')}`;

/** How much two blocks resemble each other: 4 = the same, then word, channels and resolution; 0 = at another resolution. */
function resemblance(a: Unit, b: Unit, same: boolean): number {
  if (same) return 4;
  if (resolutionOf(a.output) !== resolutionOf(b.output)) return 0;
  const channels = a.output.at(-1) === b.output.at(-1) ? 1 : 0;
  return a.word === b.word ? 2 + channels : 1;
}

/**
 * Aligns two block lists so that total resemblance is largest (Needleman–Wunsch without gap cost: at most 512 × 512 cells).
 * Blocks are paired at equal resolution alone, whatever they are called: what does the same job stands side by side.
 */
export function diffUnits(left: readonly Unit[], right: readonly Unit[]): DiffRow[] {
  const [a, b] = [left.map(signature), right.map(signature)];
  const width = right.length + 1;
  const best = new Float32Array((left.length + 1) * width);
  const score = (i: number, j: number): number => resemblance(left[i] as Unit, right[j] as Unit, a[i] === b[j]);
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--) {
      const own = score(i, j);
      const paired = own > 0 ? own + (best[(i + 1) * width + j + 1] as number) : 0;
      best[i * width + j] = Math.max(paired, best[(i + 1) * width + j] as number, best[i * width + j + 1] as number);
    }
  const rows: DiffRow[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [l, r] = [left[i], right[j]];
    const here = i < left.length && j < right.length ? (best[i * width + j] as number) : -1;
    if (l && r && score(i, j) > 0 && here === score(i, j) + (best[(i + 1) * width + j + 1] as number)) {
      rows.push({ left: l, right: r, change: a[i] === b[j] ? 'same' : 'changed' });
      i++;
      j++;
    } else if (l && (!r || here === (best[(i + 1) * width + j] as number))) {
      rows.push({ left: l, change: 'removed' });
      i++;
    } else {
      rows.push({ right: r, change: 'added' });
      j++;
    }
  }
  return rows;
}
