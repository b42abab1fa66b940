// The head's 1×1 convolution averages its own result: the map before global pooling is never stored.
import type { Step } from '../../../gpu-kernels/families/index.ts';
import { firstInput, firstOutput, union, untilStable, type Pass } from '../steps.ts';

export const poolIntoHead: Pass = {
  name: 'pool-into-head',
  doc: 'A global mean after a 1×1 convolution is taken inside that convolution.',
  run: (program, context) =>
    untilStable(program, (current, uses, mean, index) => {
      const input = firstInput(mean);
      if (mean.family !== 'mean' || mean.prologue.length > 0 || mean.epilogue.length > 0) return undefined;
      const spatial = input.shape.slice(1, -1).map((_, i) => i + 1);
      if (String(mean.attrs.axes) !== String(spatial)) return undefined;
      const at = uses.maker(input.id);
      if (at === undefined || !uses.onlyFor(input.id, index)) return undefined;
      const maker = current.steps[at] as Step;
      if (maker.family !== 'pointwise' || maker.outputs.length > 1 || maker.attrs.pool !== undefined) return undefined;
      const step: Step = {
        ...maker,
        attrs: { ...maker.attrs, pool: 'mean' },
        outputs: [firstOutput(mean)],
        from: union(maker.from, mean.from),
      };
      if (!context.accepts(step)) return undefined;
      return new Map([
        [at, undefined],
        [index, step],
      ]);
    }),
};
