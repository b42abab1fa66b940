// `check NET`: every problem of a net's text with its line, its column and its fix.
import { accounting } from '../../graph/cost/cost.ts';
import { check as checkText } from '../../graph/notation/check.ts';
import { problemLines } from '../problem-text.ts';
import { textOf } from '../source.ts';
import { integer, millions } from '../text-table.ts';
import type { Verb } from '../verb.ts';

export const check: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Lists what is wrong with an architecture text, with line, column and fix; exit code 1 if anything is.',
  options: [],
  run({ positionals }, console) {
    const net = positionals[0] as string;
    const text = textOf(net);
    const { graph, problems } = checkText(text, net);
    for (const problem of problems) for (const line of problemLines(net, text, problem)) console.out(line);
    if (problems.length > 0 || !graph) return 1;
    const { total } = accounting(graph);
    console.out(`${net}: no problems; ${integer(total.params)} parameters, ${millions(total.macs.total)} M MACs.`);
    return 0;
  },
};
