// A document with a line for every block, widths and depths worked in: blocks can then differ, and go, one by one.
import type { Architecture, ArgumentValue, BlockLine } from '../../architecture.ts';
import { blocks } from '../../blocks/index.ts';
import { roundChannels } from '../../blocks/rounding.ts';
import type { InferredGraph } from '../../ir/graph.ts';

/** Arguments that only the first repeat of a line has, and those that only its last one has. */
const [firstOnly, lastOnly] = [new Set(['s', 'from', 'mid']), new Set(['as', 'out'])];

/** The same net: names and shapes of its nodes are as before. */
export function unrolled({ header, blocks: lines }: Architecture, graph: InferredGraph): Architecture {
  const repeats = lines.map(() => 1);
  for (const { block, repeat } of graph.nodes) if (block >= 0) repeats[block] = Math.max(repeats[block]!, repeat + 1);
  const { expectParams: _, ...kept } = header;
  return {
    header: { ...kept, width: 1, depth: 1 },
    blocks: lines.flatMap((line, i) =>
      Array.from({ length: repeats[i]! }, (__, repeat): BlockLine => {
        const args = Object.fromEntries(
          Object.entries(line.args).flatMap(([key, value]) => {
            if (repeat > 0 && firstOnly.has(key)) return [];
            if (repeat < repeats[i]! - 1 && lastOnly.has(key)) return [];
            return key === 'fixwidth' || key === 'fixdepth' || key === 'fixbelow'
              ? []
              : [[key, scaled(line, key, value, header)]];
          }),
        );
        return {
          word: line.word,
          repeats: 1,
          sameStage: line.sameStage || repeat > 0,
          args,
          range: line.range,
          argRanges: {},
        };
      }),
    ),
  };
}

function scaled(
  { word, args }: BlockLine,
  key: string,
  value: ArgumentValue,
  { width, round }: Architecture['header'],
): ArgumentValue {
  const argument = blocks.get(word)?.args.find((one) => one.key === key);
  const isFixed = args.fixwidth === true || (typeof args.fixbelow === 'number' && width < args.fixbelow);
  const scales = argument && 'scales' in argument && argument.scales === true && !isFixed && width !== 1;
  return scales && typeof value === 'number' ? roundChannels(value * width, round) : value;
}
