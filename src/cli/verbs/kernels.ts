// `kernels`: every WGSL kernel variant with the sentence that says why it exists, family by family in order of preference.
import { kernels as registry } from '../../gpu-kernels/kernels/index.ts';
import { textTable } from '../text-table.ts';
import { json, type Verb } from '../verb.ts';

export const kernels: Verb = {
  operands: '',
  count: { min: 0, max: 0 },
  doc: 'Lists the kernel variants: the first of a family that accepts a step on the device is taken.',
  options: [json],
  run({ flag }, console) {
    const rows = registry.map(({ name, family, doc }) => ({ name, family, doc }));
    if (flag('json')) console.out(JSON.stringify(rows, undefined, 2));
    else {
      const families = [...new Set(rows.map(({ family }) => family))];
      const cells = families.flatMap((family) =>
        rows
          .filter((row) => row.family === family)
          .map(({ name, doc }, index) => [index === 0 ? family : '', name, doc]),
      );
      for (const line of textTable([{ title: 'family' }, { title: 'kernel' }, { title: 'why' }], cells))
        console.out(line);
      console.out('');
      console.out(`${rows.length} kernels of ${families.length} families, each family's in order of preference.`);
    }
    return 0;
  },
};
