// Members of a front measured whole, where there is a device.
import { measuredPlaces, type FoundNet } from '../../graph/search/answer.ts';

export async function measured(
  found: readonly FoundNet[],
  whole: ((text: string) => Promise<number>) | undefined,
): Promise<FoundNet[]> {
  if (!whole) return [...found];
  const chosen = measuredPlaces(found.length);
  const result: FoundNet[] = [];
  for (const [i, net] of found.entries())
    result.push(chosen.has(i) ? { ...net, measuredMs: await whole(net.text) } : net);
  return result;
}
