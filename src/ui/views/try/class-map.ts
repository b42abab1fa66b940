// The class map as pixels to lay over the input: asks the worker, colours the values; scaling them up smooths them.
import { findPooling } from '../../../graph/tasks/classify/class-map.ts';
import { paint, rangeOf } from '../../parts/colours.ts';
import type { Vision } from './vision.svelte.ts';

export interface Overlay {
  readonly pixels?: ImageData;
  readonly problem?: string;
}

const owner = 'class map';

/** For the picture that the worker remembers; undefined while the net is opened again with what the map needs. */
export async function classMapOverlay(vision: Vision, classIndex: number): Promise<Overlay | undefined> {
  const { graph } = vision.session;
  const pooling = graph && findPooling(graph);
  if (!pooling)
    return {
      problem: 'This net has no map of its classes: it answers from a class token. Its attention is under Inside.',
    };
  if (vision.head) return { problem: 'Class maps are those of the net’s own classes; put your own head away first.' };
  vision.net.keep(owner, [pooling.map]);
  if (!vision.seen?.values.has(pooling.map)) return undefined;
  const { preparation, client } = vision.net;
  const outcome = await client.call((calls, ticket) => calls.classMap(ticket, classIndex, preparation));
  if (!outcome.ok) return { problem: outcome.problem.message };
  const { values, width, height } = outcome.value;
  return { pixels: new ImageData(paint(values, rangeOf(values), 'heat'), width, height) };
}
