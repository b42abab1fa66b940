// Reductions on GPUs: the lanes of a workgroup share what one result is added up from, so that few results still fill a device.

/** How many invocations share one result, and how many results lie side by side in a workgroup. */
export interface Sharing {
  /** A power of 2. */
  readonly lanes: number;
  readonly together: number;
  /** lanes × together: invocations of a workgroup. */
  readonly size: number;
}

/** Invocations that give every SIMD of a large GPU a wave, and more. */
const busy = 8192;
const smallGroup = 64;

/** As many lanes as keep a GPU busy with `results` results of `terms` terms each, between what `least` says and what the device allows. */
export function shareOut(results: number, terms: number, most: number, least = 1): Sharing {
  let lanes = 1;
  while (lanes * 2 <= most && (lanes < least || (results * lanes < busy && lanes < terms))) lanes *= 2;
  const together = Math.max(1, smallGroup / lanes);
  return { lanes, together, size: lanes * together };
}

/**
 * Statements that combine `value` over the lanes of each result and declare the whole as `name`, in a fixed order. Results lie `stride`
 * invocations apart (1: lanes are neighbours). Every invocation of the workgroup must come here; u32 `local` and `lane` are at hand.
 * `memory` is a workgroup array of `size` numbers of type `type`; `again` where it was read before.
 */
export function acrossLanes(
  { lanes, together }: Sharing,
  memory: string,
  type: 'f32' | 'vec4f',
  name: string,
  value: string,
  options: { readonly again?: boolean; readonly neighbours: boolean; readonly combine?: 'add' | 'max' },
): string {
  if (lanes === 1) return `let ${name} = ${value};`;
  const at = options.neighbours ? 'local - lane + i' : `local % ${together}u + i * ${together}u`;
  const [start, step] =
    options.combine === 'max'
      ? [`${type}(-3.40282e38)`, `${name} = max(${name}, ${memory}[${at}]);`]
      : [`${type}()`, `${name} += ${memory}[${at}];`];
  return `${options.again ? 'workgroupBarrier();\n' : ''}${memory}[local] = ${value};
workgroupBarrier();
var ${name} = ${start};
for (var i = 0u; i < ${lanes}u; i++) { ${step} }`;
}
