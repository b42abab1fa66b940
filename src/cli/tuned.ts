// `--tuned FILE`: the choices of a `tune` for the verbs that plan, with a word on what of them does not hold any more.
import * as v from 'valibot';
import type { InferredGraph } from '../graph/ir/graph.ts';
import { planSteps, type PlanOptions } from '../graph/plan/make-plan.ts';
import { choicesOf, tuningSchema, type Choices, type Tuning } from '../graph/plan/tuning.ts';
import { readBytes } from './files.ts';
import { UsageError, type Console, type Option } from './verb.ts';

export const tunedOption: Option = {
  name: 'tuned',
  value: 'FILE',
  doc: 'Kernels as a file of "tune" says; what does not fit this net or this version is left out.',
};

/** Throws {@link UsageError} with the place where the text is no tuning. */
export function readTuning(path: string, text = new TextDecoder().decode(readBytes(path))): Tuning {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is no JSON; give a file that "tune --out" has written.`);
  }
  const parsed = v.safeParse(tuningSchema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new UsageError(`${path} is no file of "tune": ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}.`);
}

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
