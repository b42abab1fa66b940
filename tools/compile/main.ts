// `npm run bench:compile`: every dispatch of a net's plan through the compiler of an AMD GPU, as a table a net or as JSON.
import { parseArgs } from 'node:util';
import type { Precision } from '../../src/gpu-kernels/kernel.ts';
import { NoNodeAdapterError } from '../../src/cli/adapters.ts';
import { bytes, integer, millions, textTable } from '../../src/cli/text-table.ts';
import { NetError } from '../../src/cli/verb.ts';
import { broken, budgetNets } from './budget.ts';
import { chipNames, chips, type ChipName } from './chips.ts';
import { compile } from './compile.ts';
import { compiledDispatch, type CompiledDispatch } from './model.ts';
import { gpuPlan } from './nets.ts';

const usage = `npm run bench:compile -- [NET[:int8]…] [--chip ${chipNames.join('|')}] [--precision f32|f16] [--summary] [--json]`;

export interface CompiledNet {
  readonly net: string;
  readonly chip: ChipName;
  readonly precision: Precision;
  readonly dispatches: readonly CompiledDispatch[];
}

export async function compileNets(
  nets: readonly string[],
  chip: ChipName,
  precision: Precision,
): Promise<CompiledNet[]> {
  const plans = nets.map((net) => gpuPlan(net, precision));
  const stats = await compile(
    plans.flatMap(({ modules }) => modules),
    chip,
  );
  return plans.map((plan, i) => ({
    net: nets[i] as string,
    chip,
    precision,
    dispatches: plan.dispatches.map((dispatch) => {
      const own = stats.get(plan.modules[dispatch.module] as string);
      if (!own) throw new Error(`${dispatch.kernel} was not compiled`);
      return compiledDispatch(plan, dispatch, own, chip);
    }),
  }));
}

const sum = (list: readonly CompiledDispatch[], of: (d: CompiledDispatch) => number): number =>
  list.reduce((total, d) => total + of(d), 0);
const right = (title: string) => ({ title, right: true });

function netTable({ net, chip, precision, dispatches }: CompiledNet): string[] {
  const rows = dispatches.map((d, i) => [
    String(i),
    d.kernel,
    `${d.workgroups.join('×')}×${d.invocations}`,
    integer(d.waves),
    String(d.vgprs),
    String(d.spilledVgprs + d.spilledSgprs),
    integer(d.ldsBytes),
    String(d.wavesPerSimd),
    `${d.valu}/${d.vmem}/${d.salu + d.smem}/${d.branches}`,
    String(d.barriers),
    millions(d.macs),
    bytes(d.bytes),
    d.modelUs.toFixed(1),
  ]);
  const columns = [
    right('#'),
    { title: 'kernel' },
    right('grid'),
    right('waves'),
    right('VGPRs'),
    right('spilled'),
    right('LDS B'),
    right('waves/SIMD'),
    right('VALU/VMEM/scalar/branch'),
    right('barriers'),
    right('M MACs'),
    right('bytes'),
    right('model µs'),
  ];
  return [
    `${net}, ${precision}, ${chip}`,
    '',
    ...textTable(columns, rows),
    '',
    summary(net, dispatches),
    ...broken(dispatches).map((line) => `  ${line}`),
    '',
  ];
}

function summary(net: string, list: readonly CompiledDispatch[]): string {
  const spilled = sum(list, (d) => d.spilledVgprs + d.spilledSgprs);
  const least = Math.min(...list.map((d) => d.wavesPerSimd));
  const model = sum(list, (d) => d.modelUs) / 1000;
  return `${net}: ${list.length} dispatches, ${bytes(sum(list, (d) => d.bytes))} moved, ${spilled} registers spilled, at least ${least} waves a SIMD, ${broken(list).length} outside of the budget, modelled ${model.toFixed(2)} ms`;
}

export async function run(words: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        chip: { type: 'string', default: 'navi31' },
        precision: { type: 'string', default: 'f32' },
        summary: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const chip = chipNames.find((name) => name === values.chip);
    if (!chip) return say(`--chip is one of ${chipNames.join(', ')}, not "${values.chip}".`);
    const { precision } = values;
    if (precision !== 'f32' && precision !== 'f16') return say(`--precision is f32 or f16, not "${precision}".`);
    if (values.help) process.stdout.write(`${usage}\n`);
    if (values.help) return 0;
    const results = await compileNets(positionals.length > 0 ? positionals : budgetNets, chip, precision);
    if (values.json) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
    else {
      for (const result of results)
        process.stdout.write(
          `${values.summary ? summary(result.net, result.dispatches) : netTable(result).join('\n')}\n`,
        );
      process.stdout.write(
        `Compiled by Mesa's RADV for ${chip} (${chips[chip].card}), nothing run: the times are a model, not measured.\n`,
      );
    }
    return 0;
  } catch (error) {
    if (error instanceof NoNodeAdapterError || error instanceof NetError) return say(error.message);
    if (error instanceof TypeError) return say(`${error.message.split('. ')[0] ?? ''}. Usage: ${usage}`);
    throw error;
  }
}

function say(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 1;
}
