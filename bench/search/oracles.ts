// Tables of trained nets as search problems: NAS-Bench-Macro (Su et al. 2021) and Accel-NASBench (Ahmad et al. 2024), read from a text that the
// caller gives. They are other people's data and no part of the product.
import type { Gene, Genotype } from '../../src/graph/search/genes.ts';
import type { SearchProblem } from '../../src/graph/search/search.ts';

/** One trained net. */
export interface Trained {
  /** Option of each choice. */
  readonly genotype: Genotype;
  /** Names the net: genotypes with one key are the same net. */
  readonly key: string;
  /** Mean top-1 of its trainings, per cent. */
  readonly accuracy: number;
  readonly macs: number;
  readonly params: number;
  /** Milliseconds a picture on a device, where the table has them. */
  readonly ms?: number;
}

export interface Oracle {
  readonly name: string;
  readonly genes: readonly Gene[];
  readonly nets: ReadonlyMap<string, Trained>;
  /** Genotype → its place in `nets`. */
  keyOf(genotype: Genotype): string;
}

const gene = (options: number, line: number, ordered: boolean): Gene => ({ options, line, ordered });

/** Reads either table; its first line tells which. Throws where it is neither. */
export function readOracle(table: string): Oracle {
  const [head = '', ...lines] = table.trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(','));
  if (head === 'arch,acc1,acc2,acc3,params,macs') return macro(rows);
  if (head.startsWith('e,k,layers,se,top1,macsM,paramsM,')) return accel(rows);
  throw new Error(
    `The table begins with "${head.slice(0, 60)}": it is neither NAS-Bench-Macro's nor Accel-NASBench's.`,
  );
}

/** 8 slots of { identity, MB3 k3, MB6 k5 }; three seeds' top-1 on CIFAR-10. */
function macro(rows: readonly string[][]): Oracle {
  const keyOf = (genotype: Genotype): string => genotype.join('');
  const nets = rows.map(([arch = '', a, b, c, params, macs]): Trained => {
    const accuracy = (Number(a) + Number(b) + Number(c)) / 3;
    // Where a slot is empty several texts are one net, which was trained once.
    const key = [a, b, c, params, macs].join();
    return { genotype: [...arch].map(Number), key, accuracy, macs: Number(macs), params: Number(params) };
  });
  return {
    name: 'NAS-Bench-Macro',
    genes: Array.from({ length: 8 }, (_, slot) => gene(3, slot, false)),
    nets: new Map(nets.map((net) => [keyOf(net.genotype), net])),
    keyOf,
  };
}

/** MnasNet's space: for each of 7 stages expansion {1, 4, 6}, kernel {3, 5}, layers {1, 2, 3}, squeeze-excite {0, 1}; ImageNet top-1; time of one picture on an RTX 3090. */
function accel(rows: readonly string[][]): Oracle {
  const options = { e: '146', k: '35', layers: '123', se: '01' };
  const words = Object.values(options);
  const keyOf = (genotype: Genotype): string =>
    words
      .map((word, part) =>
        Array.from({ length: 7 }, (_, stage) => word[genotype[stage * words.length + part]!]!).join(''),
      )
      .join(',');
  const nets = rows.map((row): Trained => {
    const genotype = Array.from({ length: 7 }, (_, stage) =>
      words.map((word, part) => word.indexOf(row[part]![stage]!)),
    ).flat();
    const [top1, macs, params, , imagesPerSecond] = row.slice(4).map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return {
      genotype,
      key: row.slice(0, 4).join(','),
      accuracy: top1,
      macs: macs * 1e6,
      params: params * 1e6,
      ms: 1000 / imagesPerSecond,
    };
  });
  return {
    name: 'Accel-NASBench',
    genes: Array.from({ length: 7 }, (_, stage) =>
      words.map((word) => gene(word.length, stage, word.length > 2)),
    ).flat(),
    nets: new Map(nets.map((net) => [net.key, net])),
    keyOf,
  };
}

/** The table as a problem whose one cost is a number of each net, held under a limit. */
export function problemOf(
  { genes, nets, keyOf }: Oracle,
  cost: (net: Trained) => number,
  limit = Infinity,
): SearchProblem {
  return {
    genes,
    cost(genotype) {
      const net = nets.get(keyOf(genotype));
      if (!net) return undefined;
      const value = cost(net);
      return { key: net.key, costs: [value], violation: Math.max(0, value / limit - 1) };
    },
    judge: (genotype) => nets.get(keyOf(genotype))!.accuracy,
  };
}
