// `--tuned FILE`: the choices of a `tune` for the verbs that plan, with a word on what of them does not hold any more.
import type { InferredGraph } from '../graph/ir/graph.ts';
import { planSteps, type PlanOptions } from '../graph/plan/make-plan.ts';
import { choicesOf, tuningSchema, type Choices, type Tuning } from '../graph/plan/tuning.ts';
import { readJsonFile } from './json-file.ts';
import type { Console, Option } from './verb.ts';

export const tunedOption: Option = {
  name: 'tuned',
  value: 'FILE',
  doc: 'Kernels as a file of "tune" says; what does not fit this net or this version is left out.',
};

/** Throws UsageError with the place where the text is no tuning. */
export const readTuning = (path: string, text?: string): Tuning =>
  readJsonFile(path, { schema: tuningSchema, what: 'file of "tune"', verb: 'tune' }, text);

/** The file's choices for a net; none without a file. */
export function tunedChoices(
  path: string | undefined,
  graph: InferredGraph,
  options: PlanOptions,
  verb: string,
  console: Console,
): Choices | undefined {
  if (path === undefined) return undefined;
  const tuning = readTuning(path);
  const precision = options.precision ?? 'f32';
  const { choices, stale } = choicesOf(tuning, planSteps(graph, options).steps, options.caps, precision);
  const say = (sentence: string): void => console.err(`bottleneck ${verb}: ${path}: ${sentence}`);
  if (!tuning.race.kept) say('the default was faster there, so nothing is changed.');
  else if (choices.size + stale === 0) say(`no step of ${graph.name} was tuned in it, so nothing is changed.`);
  if (stale > 0) say(`${stale} ${stale === 1 ? 'choice is' : 'choices are'} left out: the kernels have changed since.`);
  return choices;
}
