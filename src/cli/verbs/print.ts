// `print NET`: a net in one of its written forms: canonical text, timm's block strings, or data.
import type { Architecture } from '../../graph/architecture.ts';
import { print as printArchitecture } from '../../graph/notation/print.ts';
import { timmText } from '../../graph/notation/timm-text.ts';
import { openSource } from '../source.ts';
import { NetError, type Verb } from '../verb.ts';

/** Header and block lines; where they stood in the text is left out. */
function asData(name: string, { header, blocks }: Architecture): unknown {
  const lines = blocks.map(({ word, repeats, sameStage, args }) => ({
    word,
    repeats,
    ...(sameStage && { sameStage }),
    args,
  }));
  return { name, header, blocks: lines };
}

export const print: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Prints a net as canonical .arch text, as timm block strings or as JSON.',
  options: [
    {
      name: 'as',
      value: 'arch|timm|json',
      choices: ['arch', 'timm', 'json'],
      doc: 'Form: .arch text, timm arch_def, parsed document.',
    },
  ],
  run({ positionals, word }, console) {
    const { name, architecture } = openSource(positionals[0] as string);
    const form = word('as') ?? 'arch';
    if (form === 'arch') console.out(printArchitecture(architecture).trimEnd());
    else if (form === 'json') console.out(JSON.stringify(asData(name, architecture), undefined, 2));
    else {
      const timm = timmText(architecture);
      if (!timm.ok) throw new NetError(`${name} has no timm form: ${timm.problem}`);
      console.out(timm.text.trimEnd());
    }
    return 0;
  },
};
