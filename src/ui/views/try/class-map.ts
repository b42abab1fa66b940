// The class map as pixels to lay over the input: asks the worker, colours the values; scaling them up smooths them.
import { findPooling } from '../../../graph/tasks/classify/class-map.ts';
import { paint, rangeOf } from '../../parts/colours.ts';
import type { TryState } from './try-state.svelte.ts';

export interface Overlay {
  readonly pixels?: ImageData;
  readonly problem?: string;
}

const owner = 'class map';

/** For the picture that the worker remembers. */
export async function classMapOverlay(vision: TryState, classIndex: number): Promise<Overlay> {
  const { graph } = vision.session;
  const pooling = graph && findPooling(graph);
  if (!pooling)
    return {
      problem: 'This net has no map of its classes: it answers from a class token. Its attention is under Inside.',
    };
  if (vision.head) return { problem: 'Class maps are those of the net’s own classes; put your own head away first.' };
  vision.keep(owner, [pooling.map]);
  // The net is opened again with this map among its answers; the next answer has it.
  if (!vision.seen?.values.has(pooling.map)) return {};
  const { preparation } = vision;
  const outcome = await vision.client.call((calls, ticket) => calls.classMap(ticket, classIndex, preparation));
  if (!outcome.ok) return { problem: outcome.problem.message };
  const { values, width, height } = outcome.value;
  return { pixels: new ImageData(paint(values, rangeOf(values), 'heat'), width, height) };
}
