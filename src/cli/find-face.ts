// The face that a net of landmarks is shown on the command line: BlazeFace, whose weights ship, looks for it, as it does on the page.
import { toPicture, type Picture, type SourceBox } from '../graph/pictures/preprocess.ts';
import { cropAround, cropFactor, surest } from '../graph/tasks/landmarks/crop.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';
import { Nets } from './answers-on-files.ts';
import type { NetRunner } from './execute-net.ts';
import type { Given } from './verb.ts';

export interface FaceToShow {
  /** The square that the net is shown, pixels of the picture; undefined where no face was found. */
  readonly box?: SourceBox;
  /** The highest score of all. */
  readonly score: number;
}

/** `graph`: the net that is shown the face. The options are the landmarks' own: none of them is BlazeFace's. */
export async function findFace(
  picture: Picture,
  graph: InferredGraph,
  given: Given,
  runner: NetRunner,
): Promise<FaceToShow> {
  const own: Given = { ...given, word: () => undefined, number: () => undefined, flag: () => false };
  const { answer, preparation } = await new Nets(own, runner).see('blazeface', picture);
  const score = answer.kind === 'boxes' ? answer.best : 0;
  const face = surest(answer);
  if (!face) return { score };
  const { x, y } = toPicture(picture, preparation);
  const [left, top, right, bottom] = face.box;
  return { box: cropAround([x(left), y(top), x(right), y(bottom)], cropFactor(graph)), score: face.score };
}
