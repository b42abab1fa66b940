// JSON that a verb wrote and another one reads: the place where it is something else, in a sentence.
import * as v from 'valibot';
import { readBytes } from './files.ts';
import { UsageError } from './verb.ts';

/**
 * @param what Ends "FILE is no …": `latency table`.
 * @param verb That writes such files by `--out`.
 * Throws {@link UsageError}.
 */
export function readJsonFile<T>(
  path: string,
  {
    schema,
    what,
    verb,
  }: { readonly schema: v.GenericSchema<unknown, T>; readonly what: string; readonly verb: string },
  text = new TextDecoder().decode(readBytes(path)),
): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is no JSON; give a file that "${verb} --out" has written.`);
  }
  const parsed = v.safeParse(schema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new UsageError(`${path} is no ${what}: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}.`);
}
