// The open net on a labelled folder, picture by picture: each answer is read as the command line's `evaluate` reads it and held against its truth.
import { toPicture } from '../../../graph/pictures/preprocess.ts';
import { outputsOf } from '../../../graph/tasks/index.ts';
import { Judge, judgedSettings, truthOf, type Truth } from '../../../graph/tasks/truth/judge.ts';
import { looksLikeCoco } from '../../../graph/tasks/truth/coco-file.ts';
import { boxTruths, classTruths, maskTruths, type FoundTruths } from '../../../graph/tasks/truth/folder-truth.ts';
import { maskOf } from '../../../graph/tasks/truth/mask-file.ts';
import { outcome } from '../../border/outcome.ts';
import type { JobHost } from '../../border/serve.ts';
import type { GivenFolder, GivenTruth, JudgeCalls } from './judging-protocol.ts';
import type { VisionNet } from './net.ts';
import type { TaskReader } from './task-reader.ts';

function plainTruth(given: GivenTruth): Truth {
  if (given.kind !== 'mask') return given;
  try {
    return { kind: 'mask', mask: maskOf(given.png, given.picture) };
  } catch (error) {
    throw new Error(`"${given.name}" ${(error as Error).message}.`, { cause: error });
  }
}

async function boxesOf({ paths, labels, json }: GivenFolder): Promise<FoundTruths> {
  for (const { path, file } of [...json].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const text = await file.text();
    if (!looksLikeCoco(text)) continue;
    try {
      return boxTruths(paths, { text, name: path, labels });
    } catch (error) {
      throw new Error(`"${path}" ${(error as Error).message}.`, { cause: error });
    }
  }
  throw new Error('There is no COCO JSON of boxes among these files: choose it together with the photos.');
}

export function judgeCalls(
  { call, shared }: Pick<JobHost, 'call' | 'shared'>,
  net: VisionNet,
  reader: TaskReader,
): JudgeCalls {
  let judge = new Judge();
  return {
    truths: (ticket, folder) =>
      call(ticket, () => {
        const kind = reader.opened && truthOf(reader.opened.task);
        if (kind === undefined) throw new Error('This net has no answers that are judged on a folder.');
        if (kind === 'boxes') return boxesOf(folder);
        return Promise.resolve(kind === 'mask' ? maskTruths(folder.paths) : classTruths(folder.paths, folder.labels));
      }),
    startJudging: () => void (judge = new Judge()),
    async judge(ticket, picture, preparation, given) {
      const judging = judge;
      const result = await shared(ticket, async ({ signal }) => {
        const { opened } = reader;
        if (!opened) throw new Error('this net has no answers that are judged');
        const truth = plainTruth(given);
        const look = await net.look(picture, preparation, { signal });
        const { graph } = opened.net;
        const [first] = graph.outputs;
        const outputs = outputsOf(graph, (node) =>
          node === first ? look.logits : (look.values.get(node) ?? new Float32Array()),
        );
        if (outputs.some(({ values }) => values.some(Number.isNaN)))
          throw new Error('The net gives values that are no numbers: its weights or the preparation are unsound.');
        const { task } = opened;
        judging.add(truth, task.read(opened.net, outputs, judgedSettings(task)), toPicture(picture, preparation));
        return look.ms;
      });
      picture.close();
      return result;
    },
    verdict: () =>
      outcome(() => {
        const { judged, verdict, classes } = judge;
        return Promise.resolve(verdict && { judged, verdict, classes });
      }),
  };
}
