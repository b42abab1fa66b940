// A quantized net as ONNX with QuantizeLinear and DequantizeLinear pairs: what other runtimes take for the same integers.
import type { Numbers, Value } from '../../gpu-kernels/step.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { Shape } from '../../gpu-kernels/op.ts';
import { channelFirst } from '../../gpu-kernels/ops/channel-first.ts';
import { ops } from '../../gpu-kernels/ops/index.ts';
import { OnnxBuilder } from '../formats/onnx/builder.ts';
import { onnxOpsets } from '../formats/onnx/opsets.ts';
import { encodeOnnx, type OnnxTensor } from '../formats/onnx/proto.ts';
import type { GraphNode } from '../ir/graph.ts';
import { firstInput, firstOutput, sameShape } from '../lower/steps.ts';
import { constantName } from './fold.ts';
import { clampOf, isProduct, type Product } from './layers.ts';
import { isInteger, weightScales, type QuantizedNet } from './quantize.ts';

class QdqExport {
  readonly builder: OnnxBuilder;
  /** Shape in which a value was made; a reader may see it in another. */
  private readonly made = new Map<string, Shape>();

  constructor(
    private readonly net: QuantizedNet,
    opset: number,
  ) {
    const values = net.program.steps.flatMap(({ outputs }) => outputs.map(({ id }) => id));
    this.builder = new OnnxBuilder([...net.graph.facts.keys(), ...values, ...net.constants.keys()], opset);
  }

  private tensor(name: string, shape: Shape, data: OnnxTensor['data']): string {
    this.builder.initializers.push({ name, shape, data });
    return name;
  }

  /** Puts a quantize-dequantize pair behind a value that exists as bytes; readers find the result under `ID.real`. */
  private settle(value: Value, raw: string): void {
    const quantization = this.net.quantizations.get(value.id);
    this.made.set(value.id, value.shape);
    if (!quantization) return;
    const scale = this.tensor(`${value.id}.scale`, [], Float32Array.of(quantization.scale));
    const zero = this.tensor(`${value.id}.zero`, [], Uint8Array.of(quantization.zero));
    const bytes = this.builder.add('QuantizeLinear', [raw, scale, zero], {}, `${value.id}.bytes`);
    this.builder.add('DequantizeLinear', [bytes, scale, zero], {}, `${value.id}.real`);
  }

  private read(value: Value): string {
    const name = this.net.quantizations.has(value.id) ? `${value.id}.real` : value.id;
    const shape = this.made.get(value.id) as Shape;
    return sameShape(shape, value.shape) ? name : this.builder.reshape(name, channelFirst(value.shape));
  }

  /** Weight and bias of a product: integers behind a DequantizeLinear, or floats. */
  private constants(step: Step, shape: Shape): readonly [string, string] {
    const [weight, bias] = (['weight', 'bias'] as const).map(
      (role) => this.net.constants.get(constantName(step, role)) as Numbers,
    ) as [Numbers, Numbers];
    const [weightName, biasName] = (['weight', 'bias'] as const).map((role) => constantName(step, role)) as [
      string,
      string,
    ];
    if (!isInteger(this.net, step))
      return [
        this.tensor(weightName, shape, weight as Float32Array),
        this.tensor(biasName, [bias.length], bias as Float32Array),
      ];
    const scales = weightScales(this.net, step);
    const inputScale = this.net.quantizations.get(firstInput(step).id)?.scale as number;
    const scale = this.tensor(`${weightName}.scale`, [scales.length], scales);
    const zero = this.tensor(`${weightName}.zero`, [scales.length], new Int8Array(scales.length));
    const biasScale = this.tensor(
      `${biasName}.scale`,
      [scales.length],
      scales.map((own) => own * inputScale),
    );
    return [
      this.builder.add(
        'DequantizeLinear',
        [this.tensor(weightName, shape, weight as Int8Array), scale, zero],
        { axis: 0 },
        `${weightName}.real`,
      ),
      this.builder.add(
        'DequantizeLinear',
        [this.tensor(biasName, [bias.length], bias as Int32Array), biasScale],
        { axis: 0 },
        `${biasName}.real`,
      ),
    ];
  }

  private product(step: Product, raw: string): void {
    const [input, output] = [firstInput(step), firstOutput(step)];
    const weightShape = (step.weights.weight as { shape: Shape }).shape;
    const clamp = clampOf(step.epilogue);
    if (!clamp) throw new Error(`"${step.from[0] as string}": its activation has no ONNX form here`);
    const result = clamp.low ? this.builder.fresh('product') : raw;
    if (input.shape.length !== 4) {
      const [weight, bias] = this.constants(step, weightShape);
      if (input.shape.length !== 2)
        throw new Error(`"${step.from[0] as string}": a product of tokens has no ONNX form here`);
      this.builder.add('Gemm', [this.read(input), weight, bias], { transB: 1 }, result);
    } else {
      const [outputs, inputs] = weightShape as [number, number];
      const [weight, bias] = this.constants(step, weightShape.length === 2 ? [outputs, inputs, 1, 1] : weightShape);
      this.builder.add(
        'Conv',
        [this.read(input), weight, bias],
        convAttributes(step, input.shape, output.shape),
        result,
      );
    }
    if (!clamp.low) return;
    if (clamp.high === Infinity) this.builder.add('Relu', [result], {}, raw);
    else if (clamp.down === undefined)
      this.builder.add('Clip', [result, this.builder.scalar(0), this.builder.scalar(clamp.high)], {}, raw);
    else {
      const down = this.net.constants.get(constantName(step, clamp.down)) as Numbers;
      const caps = this.tensor(
        `${raw}.caps`,
        [1, down.length, 1, 1],
        Float32Array.from(down, (factor) => factor * clamp.high),
      );
      this.builder.add('Min', [this.builder.add('Relu', [result]), caps], {}, raw);
    }
  }

  private other(step: Step, raw: string): void {
    const node = this.net.graph.nodes.find(({ id }) => id === step.from[0]) as GraphNode;
    const none = (): never => {
      throw new Error(`"${node.id}": ${node.op} has constants, which have no ONNX form here`);
    };
    const made = this.net.graph.facts.get(node.id)?.shape as Shape;
    const output = firstOutput(step);
    const same = sameShape(made, output.shape);
    const result = same ? raw : this.builder.fresh(node.op);
    ops[node.op].onnx.write({
      builder: this.builder,
      id: node.id,
      attrs: node.attrs,
      params: node.params,
      inputs: step.inputs.map((value) => this.read(value)),
      inputShapes: step.inputs.map(({ shape }) => shape),
      output: result,
      outputShape: made,
      values: () => undefined,
      param: none,
    });
    if (!same) this.builder.reshape(result, channelFirst(output.shape), raw);
  }

  file(metadata: Readonly<Record<string, string>>): Uint8Array {
    const { program, graph } = this.net;
    const outputs = new Map(program.outputs.map(({ node, value }) => [value.id, node]));
    for (const { value } of program.inputs) this.settle(value, value.id);
    for (const step of program.steps) {
      const value = firstOutput(step);
      const node = outputs.get(value.id);
      // The logits stay floats, as ours do.
      const raw = node ?? (this.net.quantizations.has(value.id) ? `${value.id}.float` : value.id);
      if (isProduct(step)) this.product(step, raw);
      else this.other(step, raw);
      if (node === undefined) this.settle(value, raw);
    }
    const value = (id: string) => ({ name: id, shape: channelFirst(graph.facts.get(id)?.shape ?? []) });
    return encodeOnnx({
      name: graph.name,
      opset: this.builder.opset,
      inputs: graph.inputs.map(value),
      outputs: graph.outputs.map(value),
      nodes: this.builder.nodes,
      initializers: this.builder.initializers,
      metadata,
    });
  }
}

/** Strides, dilations and pads of a Conv; the trailing pads are what the output's size asks for. */
function convAttributes(step: Product, input: Shape, output: Shape): Record<string, number | readonly number[]> {
  if (step.family === 'pointwise') {
    const { stride, groups } = step.attrs;
    return { strides: stride, group: groups };
  }
  const { kernel, stride, dilation, pads } = step.attrs;
  const after = ([0, 1] as const).map((axis) =>
    Math.max(
      0,
      ((output[axis + 1] as number) - 1) * stride[axis] +
        (kernel[axis] - 1) * dilation[axis] +
        1 -
        pads[axis] -
        (input[axis + 1] as number),
    ),
  );
  const group = step.family === 'depthwise' ? (input.at(-1) as number) : step.attrs.groups;
  return { kernel_shape: kernel, strides: stride, dilations: dilation, pads: [...pads, ...after], group };
}

/**
 * The net as a `.onnx` file; `metadata` becomes its metadata_props. Throws Error naming a layer that has no form in it (attention, and float layers
 * with constants of their own).
 */
export const exportQdqOnnx = (
  net: QuantizedNet,
  metadata: Readonly<Record<string, string>> = {},
  opset: number = onnxOpsets.newest,
): Uint8Array => new QdqExport(net, opset).file(metadata);
