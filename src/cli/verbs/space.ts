// `space SPACE`: how many nets a search space has, and some of them.
import { randomGenotype } from '../../graph/search/genes.ts';
import { Draws } from '../../graph/search/random.ts';
import { shippedSpaces } from '../../graph/search/spaces/index.ts';
import { textOf } from '../source.ts';
import { openSpace } from '../spaces.ts';
import { json, type Verb } from '../verb.ts';

export const space: Verb = {
  operands: 'SPACE',
  count: { min: 1, max: 1 },
  doc: `Counts the nets of a search space (a file, or ${[...shippedSpaces.keys()].join(', ')}), or draws some of them.`,
  options: [
    { name: 'size', doc: 'Prints the exact number of nets and nothing else.' },
    { name: 'sample', value: 'N', doc: 'Prints N nets drawn at random.', range: { min: 1, max: 1000, integer: true } },
    { name: 'locate', value: 'NET', doc: 'Says by which choices the space has this net, or where the two differ.' },
    {
      name: 'seed',
      value: 'S',
      doc: 'Seed of the draws; the same seed draws the same nets (0).',
      range: { min: 0, max: 1e9, integer: true },
    },
    json,
  ],
  run({ positionals, flag, number, word }, console) {
    const [name = ''] = positionals;
    const { genes, size, instantiate, locate } = openSpace(name, console);
    const net = word('locate');
    if (net !== undefined) {
      const found = locate(textOf(net));
      if (flag('json')) console.out(JSON.stringify({ space: name, net, ...found }, undefined, 2));
      else if ('genotype' in found) console.out(`${net} is choices ${found.genotype.join(' ')} of ${name}.`);
      else console.out(`${net} is not in ${name}: ${found.difference}`);
      return 'genotype' in found ? 0 : 1;
    }
    const count = number('sample') ?? 0;
    const nets = Array.from({ length: count }, (_, i) => {
      const genotype = randomGenotype(genes, new Draws(number('seed') ?? 0, i));
      const net = instantiate(genotype);
      const [problem] = 'text' in net ? [] : net.problems;
      return { genotype, text: 'text' in net ? net.text : undefined, problem: problem?.message };
    });
    if (flag('json')) console.out(JSON.stringify({ space: name, size: String(size), genes, nets }, undefined, 2));
    else if (flag('size')) console.out(String(size));
    else {
      if (count === 0) console.out(`${name}: ${genes.length} choices, ${size} nets.`);
      for (const [i, net] of nets.entries()) {
        if (i > 0) console.out('');
        console.out(`# choices ${net.genotype.join(' ')}`);
        console.out((net.text ?? `# no net: ${net.problem}`).trimEnd());
      }
    }
    return 0;
  },
};
