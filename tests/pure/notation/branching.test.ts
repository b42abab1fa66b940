// Random nets with branches that build: names, joins, parts and several outputs survive the text and the link, and mean the same graph.
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../../../src/graph/random.ts';
import { decodeLink, encodeLink } from '../../../src/graph/link/link.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { print } from '../../../src/graph/notation/print.ts';
import { meaning } from './random-architecture.ts';

interface Named {
  readonly name: string;
  readonly side: number;
  readonly channels: number;
}

/** A net of random lines, each of which knows the size of what it reads. */
function randomNet(seed: number): string {
  const next = mulberry32(seed);
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const lines = ['family plain', 'input 3x32x32', 'task segment', ''];
  const named: Named[] = [{ name: 'input', side: 32, channels: 3 }];
  const call = (side: number, channels: number): string => {
    if (next() < 0.4) return '';
    named.push({ name: `n${named.length}`, side, channels });
    return ` as=n${named.length - 1}`;
  };
  let at = { side: 16, channels: 8 };
  lines.push(`conv k3 s2 c8${call(16, 8)}`);
  for (let i = whole(1, 4); i > 0; i--) {
    const stride = at.side > 2 && next() < 0.5 ? 2 : 1;
    at = { side: at.side / stride, channels: 4 * whole(1, 5) };
    const word = pick(['mbconv', 'ds', 'fused', 'uib a3', 'dsa', 'conv']);
    const dilation = word !== 'uib a3' && next() < 0.3 ? ` d${whole(1, 3)}` : '';
    const repeats = word === 'uib a3' || next() < 0.5 ? '' : ` x${whole(1, 2)}`;
    const [first, ...rest] = word.split(' ');
    const args = [
      ...rest,
      'k3',
      stride > 1 ? 's2' : '',
      `c${at.channels}`,
      ...(/mb|fused|uib/.test(word) ? ['e2'] : []),
    ];
    const mid = /mb|fused|uib/.test(word) && next() < 0.3 ? ` mid=m${lines.length}` : '';
    lines.push(`${first}${repeats} ${args.filter(Boolean).join(' ')}${dilation}${mid}${call(at.side, at.channels)}`);
  }
  const outputs: string[] = [];
  for (let part = whole(1, 3); part > 0; part--) {
    lines.push(`part p${part}`);
    let from: Named = pick(named);
    lines.push(`conv k1 c${4 * whole(1, 3)} eps0.01 from=${from.name}`);
    from = { ...from, channels: Number(/c(\d+)/.exec(lines.at(-1) ?? '')?.[1]) };
    for (let i = whole(0, 4); i > 0; i--) {
      const size = pick(named);
      lines.push(
        pick([`resize to=${size.name}`, 'resize s1 align', 'maxpool k3 p1', 'avgpool k3 p1', 'upconv c4', 'blaze c16']),
      );
      if (lines.at(-1)?.startsWith('resize to')) from = { ...from, side: size.side };
      if (lines.at(-1) === 'upconv c4') from = { ...from, channels: 4 };
      if (lines.at(-1) === 'blaze c16') from = { ...from, channels: 16 };
    }
    const name = `out${part}`;
    const end = pick(['mask', 'vector', 'boxes', 'sum', 'concat']);
    lines[lines.length - 1] += ` as=${name}in`;
    if (end === 'mask') lines.push(`conv k1 c5 nonorm bias act=none out=${name}`);
    else if (end === 'vector') lines.push('spp n1.2', `linear c7 out=${name}`);
    else if (end === 'boxes') lines.push(`ssd k1 n3 an2 from=${name}in out=${name},${name}scores`);
    else {
      lines.push(
        `conv k3 c${from.channels} from=${name}in as=${name}twin`,
        `${end} act=relu from=${name}in,${name}twin out=${name}`,
      );
    }
    outputs.push(name, ...(end === 'boxes' ? [`${name}scores`] : []));
  }
  return `# outputs ${outputs.join(',')}\n${lines.join('\n')}\n`;
}

const count = process.env.FULL ? 1000 : 150;

describe(`${count} random branching nets`, () => {
  test('build, print canonically, and come back from text and link as the same graph', () => {
    for (let seed = 0; seed < count; seed++) {
      const text = randomNet(seed);
      const { architecture, graph, problems } = check(text);
      expect(
        problems.filter(({ severity }) => severity === 'error'),
        text,
      ).toEqual([]);
      expect(graph?.outputNames, text).toEqual(/# outputs (\S+)/.exec(text)?.[1]?.split(','));
      const printed = print(architecture);
      const again = parse(printed);
      expect(again.problems, printed).toEqual([]);
      expect(meaning(again.architecture)).toEqual(meaning(architecture));
      expect(print(again.architecture)).toBe(printed);
      const link = decodeLink(encodeLink({ name: 'net', text: printed }));
      expect(link).toMatchObject({ ok: true, document: { text: printed } });
      if (seed % 10 === 0) {
        const twin = check(printed).graph;
        expect(twin?.nodes).toEqual(graph?.nodes);
        expect(twin?.outputs).toEqual(graph?.outputs);
      }
    }
  });
});
