// Trainings for `search --trained`: read from a file, refused with its name.
import * as v from 'valibot';
import {
  priorQuality,
  trainedQuality,
  trainedSchema,
  TrainingsError,
  type Quality,
} from '../../graph/search/quality.ts';
import type { Space } from '../../graph/search/space/space.ts';
import { readText } from '../files.ts';
import { NetError, UsageError } from '../verb.ts';

/** Throws {@link UsageError} for a file that is none, {@link NetError} where the trainings cannot carry a search. */
export function qualityFrom(space: Space, path: string | undefined): Quality {
  if (path === undefined) return priorQuality;
  let data: unknown;
  try {
    data = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is no JSON; it should be [{"genotype": […], "quality": X}, …].`);
  }
  const parsed = v.safeParse(trainedSchema, data);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new UsageError(`${path}: ${v.getDotPath(issue) ?? 'the list'}: ${issue.message}.`);
  }
  try {
    return trainedQuality(space, parsed.output);
  } catch (error) {
    if (!(error instanceof TrainingsError)) throw error;
    const Refused = error.message.startsWith('entry') ? UsageError : NetError;
    throw new Refused(`${path}: ${error.message}.`);
  }
}
