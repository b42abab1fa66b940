// `ops`: what nets are made of: every operator with its sentence, what its work counts as and whether it may ride on another step.
import type { Op } from '../../gpu-kernels/op.ts';
import { ops as registry } from '../../gpu-kernels/ops/index.ts';
import { textTable } from '../text-table.ts';
import { json, type Verb } from '../verb.ts';

export const ops: Verb = {
  operands: '',
  count: { min: 0, max: 0 },
  doc: 'Lists the operators of the graph: what each computes and which total its multiply-accumulates count in.',
  options: [json],
  run({ flag }, console) {
    const all: readonly Op<unknown>[] = Object.values(registry);
    const rows = all.map(({ name, doc, macKind, pointwise }) => ({
      name,
      macs: macKind,
      pointwise: pointwise !== undefined,
      doc,
    }));
    if (flag('json')) console.out(JSON.stringify(rows, undefined, 2));
    else {
      const cells = rows.map(({ name, macs, pointwise, doc }) => [
        name,
        macs === 'none' ? '' : macs,
        pointwise ? 'yes' : '',
        doc,
      ]);
      const columns = [{ title: 'op' }, { title: 'MACs' }, { title: 'pointwise' }, { title: 'computes' }];
      for (const line of textTable(columns, cells)) console.out(line);
      console.out('');
      console.out(
        `${rows.length} operators. pointwise: one expression a value, so that it may ride on the step before it.`,
      );
    }
    return 0;
  },
};
