// The table of verbs: one line a verb, the file's export under the word that calls it; main.ts holds every one to the type `Verb`.
export { check } from './check.ts';
export { compare } from './compare.ts';
export { conformance } from './conformance.ts';
export { convert } from './convert.ts';
export { inspect } from './inspect.ts';
export { kernels } from './kernels.ts';
export { ops } from './ops.ts';
export { plan } from './plan.ts';
export { presets } from './presets.ts';
export { print } from './print.ts';
export { profile } from './profile.ts';
export { quantize } from './quantize.ts';
export { run } from './run.ts';
export { show } from './show.ts';
export { space } from './space.ts';
export { tune } from './tune.ts';
export { verify } from './verify.ts';
export { verifyImport as 'verify-import' } from './verify-import.ts';
