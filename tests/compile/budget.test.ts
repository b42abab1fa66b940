// Every kernel of the nets' plans for a GPU, compiled by the compiler of two AMD GPUs: no spills, enough waves, grids that fill the chip.
import { describe, expect, it } from 'vitest';
import { broken, budgetNets, exceptions } from '../../tools/compile/budget.ts';
import { compileNets } from '../../tools/compile/main.ts';

describe.each(['navi31', 'navi21'] as const)('%s', (chip) => {
  it.each(['f32', 'f16'] as const)('holds the budget in %s', async (precision) => {
    const results = await compileNets(budgetNets, chip, precision);
    expect(results.map(({ net }) => net)).toEqual(budgetNets);
    expect(results.flatMap(({ net, dispatches }) => broken(dispatches).map((line) => `${net}: ${line}`))).toEqual([]);
    // What the list of exceptions speaks of is there.
    const kernels = new Set(results.flatMap(({ dispatches }) => dispatches.map(({ kernel }) => kernel)));
    expect(exceptions.map(({ kernel }) => kernel).filter((kernel) => !kernels.has(kernel))).toEqual([]);
  });
});
