// Builds a graph node by node, inferring each shape at once so that a block can ask for the current channels and size.
import * as v from 'valibot';
import { ShapeError, type Shape } from '../../gpu-kernels/op.ts';
import { ops, type OpName } from '../../gpu-kernels/ops/index.ts';
import type { Graph, GraphNode, InferredGraph, NodeFacts } from './graph.ts';

export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly facts = new Map<string, NodeFacts>();
  readonly stages: { name: string; node: string }[] = [];
  readonly inputs: string[] = [];
  readonly outputs: string[] = [];
  /** Name of each of `outputs`. */
  readonly outputNames: string[] = [];
  /** Name → node, of everything that a line names. */
  readonly named = new Map<string, string>();
  /** Id of the node that the next block reads. */
  current = '';
  /** Set by the expander: which line and repeat new nodes belong to. */
  origin: { block: number; repeat: number } = { block: -1, repeat: 0 };

  constructor(readonly name: string) {}

  /** Adds an input node of the given shape and makes it current. */
  input(shape: Shape, id = 'input'): string {
    this.inputs.push(id);
    return this.add(id, 'input', { shape: [...shape] }, []);
  }

  /**
   * Adds a node and makes it current. Parameter names are `module + '.' + role`; `module` defaults to the id.
   * Throws ShapeError when the attributes or inputs do not fit.
   */
  add(
    id: string,
    opName: OpName,
    attrs: unknown = {},
    inputs: readonly string[] = [this.current],
    options: { module?: string; names?: Readonly<Record<string, string>> } = {},
  ): string {
    if (this.facts.has(id)) throw new Error(`node id "${id}" is used twice`);
    const op = ops[opName];
    const parsed = v.safeParse(op.attrs, attrs);
    if (!parsed.success) {
      const issue = parsed.issues[0];
      // A key that is absent, or that no attribute has, is an issue of the object.
      const isKey = issue.type === 'strict_object' && issue.path !== undefined;
      const wrong = isKey ? (issue.expected === 'never' ? 'is no attribute of it' : 'is missing') : issue.message;
      throw new ShapeError(`${opName}: ${v.getDotPath(issue) ?? 'attributes'}: ${wrong}`);
    }
    const shapes = inputs.map((input) => this.shape(input));
    const shape = op.shape(shapes, parsed.output);
    const specs = op.params?.(shapes, parsed.output) ?? {};
    const module = options.module ?? id;
    const params = Object.entries(specs).map(([role, spec]) => ({
      role,
      name: options.names?.[role] ?? `${module}.${role}`,
      shape: spec.shape,
      trainable: spec.trainable,
    }));
    let parameterCount = 0;
    for (const param of params) if (param.trainable) parameterCount += param.shape.reduce((a, b) => a * b, 1);
    this.facts.set(id, { shape, params, parameterCount, macs: op.macs(shapes, parsed.output), macKind: op.macKind });
    this.nodes.push({
      id,
      op: opName,
      attrs: parsed.output,
      inputs: [...inputs],
      params: Object.fromEntries(params.map((param) => [param.role, param.name])),
      block: this.origin.block,
      repeat: this.origin.repeat,
    });
    this.current = id;
    return id;
  }

  /** Shape of a node's output. */
  shape(id: string = this.current): Shape {
    const facts = this.facts.get(id);
    if (!facts) throw new Error(`no node is called "${id}"`);
    return facts.shape;
  }

  /** Channels (last axis) of a node's output. */
  channels(id: string = this.current): number {
    return this.shape(id).at(-1) ?? 0;
  }

  /** Marks the current node as the end of a stage. */
  endStage(name: string): void {
    this.stages.push({ name, node: this.current });
  }

  /** Makes a node an output of the net under a name. */
  output(name: string, node: string = this.current): void {
    this.outputs.push(node);
    this.outputNames.push(name);
    this.named.set(name, node);
  }

  graph(): InferredGraph {
    const graph: Graph = {
      name: this.name,
      nodes: this.nodes,
      inputs: this.inputs,
      outputs: this.outputs.length > 0 ? this.outputs : [this.current],
      stages: this.stages,
      ...(this.outputNames.length > 0 && { outputNames: this.outputNames }),
      ...(this.named.size > 0 && { named: this.named }),
    };
    return { ...graph, facts: this.facts };
  }
}
