// The methods by name: one row each.
import type { Genotype } from '../genes.ts';
import { mnasReward } from '../rewards.ts';
import type { SearchMethod } from '../search.ts';
import { agingEvolution } from './aging-evolution.ts';
import { finder } from './finder.ts';
import { nsga2 } from './nsga2.ts';
import { randomSearch } from './random.ts';

export const methodNames = ['nsga2', 'evolution', 'mnas', 'finder', 'random'] as const;
export type MethodName = (typeof methodNames)[number];

export interface MethodSetting {
  /** Nets that it begins with, where it takes any. */
  readonly seeds: readonly Genotype[];
  /** Of the first objective: what MnasNet's reward aims at. */
  readonly target: number | undefined;
}

const methods: Readonly<Record<MethodName, (setting: MethodSetting) => SearchMethod<never>>> = {
  nsga2: ({ seeds }) => nsga2({ seeds }) as SearchMethod<never>,
  evolution: ({ seeds }) => agingEvolution({ seeds }) as SearchMethod<never>,
  // Without a target the reward is quality alone.
  mnas: ({ seeds, target }) =>
    agingEvolution({
      seeds,
      reward: ({ quality, costs: [cost = 0] }) => (target ? mnasReward(quality, cost, target) : quality),
    }) as SearchMethod<never>,
  finder: () => finder() as SearchMethod<never>,
  random: () => randomSearch as SearchMethod<never>,
};

export const isMethod = (name: string): name is MethodName => Object.hasOwn(methods, name);
export const methodOf = (name: MethodName, setting: MethodSetting): SearchMethod<never> => methods[name](setting);
