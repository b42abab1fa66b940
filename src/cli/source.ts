// What a NET of the command line stands for: a preset (or a name that a family's rule builds) or an architecture text, and the net made from it.
import { existsSync, statSync } from 'node:fs';
import type { Architecture, Header } from '../graph/architecture.ts';
import { expand } from '../graph/blocks/expand.ts';
import type { InferredGraph, Problem } from '../graph/ir/graph.ts';
import { nameProblems } from '../graph/notation/names.ts';
import { parse } from '../graph/notation/parse.ts';
import { resolvePreset, type ResolvedPreset } from '../graph/presets/resolve.ts';
import { QuantizedFileError, readQuantized } from '../graph/quant/file.ts';
import { SafetensorsError } from '../graph/formats/safetensors/read.ts';
import { kindOfFile, readBytes, readText } from './files.ts';
import { problemLines } from './problem-text.ts';
import { NetError, UsageError } from './verb.ts';

export interface NamedText {
  readonly name: string;
  readonly architecture: Architecture;
  /** The preset that the name stands for; undefined for a file. */
  readonly preset?: ResolvedPreset;
  /** Words one of the net's problems, with its place where there is a file. */
  describe(problem: Problem): string;
}

/** Knobs turned on the command line; undefined leaves the text's own value. */
export interface Overrides {
  /** Height and width, pixels. */
  readonly input?: number | undefined;
  readonly width?: number | undefined;
}

function preset(name: string): ResolvedPreset {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new NetError(resolved.problem);
  return resolved;
}

/** A preset by name. Throws {@link NetError} with the nearest name. */
export function openPreset(name: string, overrides: Overrides = {}): NamedText {
  const resolved = preset(name);
  return {
    name: resolved.name,
    architecture: overridden(resolved.architecture, overrides),
    preset: resolved,
    describe: ({ message }) => `${name}: ${message}`,
  };
}

/**
 * Whether a NET is a file: a preset's name wins over a file of that name without a path or an ending, and a hub id
 * (`timm/mobilenetv2_100.ra_in1k`) is a name where no such file is.
 */
function namesFile(net: string): boolean {
  if (/\.(arch|onnx|tflite)$/.test(net)) return true;
  if (/[/\\]/.test(net)) return existsSync(net) || 'problem' in resolvePreset(net);
  return existsSync(net) && statSync(net).isFile() && 'problem' in resolvePreset(net);
}

/** The text of a NET as it stands, right or wrong. Throws UsageError or {@link NetError} when there is none. */
export const textOf = (net: string): string => (namesFile(net) ? textOfFile(net) : preset(net).text);

/** A quantized net holds its text. */
function textOfFile(file: string): string {
  if (kindOfFile(file) !== 'int8') return readText(file);
  try {
    return readQuantized(readBytes(file)).facts.architecture;
  } catch (error) {
    if (error instanceof SafetensorsError || error instanceof QuantizedFileError)
      throw new UsageError(`"${file}" cannot be used: ${error.message}.`);
    throw error;
  }
}

/** A preset, or else a file; a text with errors is refused, since what is left of it is another net. */
export function openSource(net: string, overrides: Overrides = {}): NamedText {
  return namesFile(net) ? openText(net, textOfFile(net), overrides) : openPreset(net, overrides);
}

/** For verbs that need floats: throws {@link UsageError} for a quantized net, which has none. */
export function refuseQuantized(net: string): void {
  if (existsSync(net) && kindOfFile(net) === 'int8')
    throw new UsageError(
      `"${net}" is a quantized net (int8), and floats are needed here: give the net that it was made of. run, profile, compare, show, print and check take it.`,
    );
}

/** The net of a text; `net` is its name in messages. Throws {@link NetError} for a text with errors. */
export function openText(net: string, text: string, overrides: Overrides = {}): NamedText {
  const describe = (problem: Problem): string => problemLines(net, text, problem).join('\n');
  const { architecture, problems } = parse(text);
  const errors = [...problems, ...nameProblems(architecture)].filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new NetError(errors.map(describe).join('\n'));
  return { name: net, architecture: overridden(architecture, overrides), describe };
}

function overridden(architecture: Architecture, { input, width }: Overrides): Architecture {
  const { expectParams, ...header } = architecture.header;
  // A count that was right for the text may be wrong at another width, or where tables follow the picture.
  const changed: Header = {
    ...header,
    ...(input !== undefined && { input: [header.input[0], header.rate === undefined ? input : 1, input] as const }),
    ...(width !== undefined && { width }),
    ...(expectParams !== undefined && input === undefined && width === undefined && { expectParams }),
  };
  return { ...architecture, header: changed };
}

/** The net with shapes and costs. Throws {@link NetError} with every error when it cannot be built or is not what it expects to be. */
export function buildGraph({ name, architecture, describe }: NamedText): InferredGraph {
  const { graph, problems } = expand(architecture, name);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new NetError(errors.map(describe).join('\n'));
  if (!graph || graph.nodes.length < 2) throw new NetError(`${name} has no blocks.`);
  return graph;
}
