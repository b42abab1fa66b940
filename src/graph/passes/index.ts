// The ordered list of lowering passes; the order is the plan. Each can be switched off by name, and the result may not change beyond rounding.
import type { Pass, PassContext, StepProgram } from '../steps.ts';

export const passes: readonly Pass[] = [];

/** Runs the passes in order, less those named in `without`. Throws RangeError for an unknown name. */
export function runPasses(program: StepProgram, context: PassContext, without: readonly string[] = []): StepProgram {
  for (const name of without) if (!passes.some((pass) => pass.name === name)) throw new RangeError(`no pass is called "${name}"; known: ${passes.map((pass) => pass.name).join(', ')}`);
  return passes.reduce((current, pass) => (without.includes(pass.name) ? current : pass.run(current, context)), program);
}
