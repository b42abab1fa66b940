// A place for one open net with what reads its answers: the page's net has one, the net beside it another.
import { parse } from '../../../graph/notation/parse.ts';
import { labelSetOf } from '../../../graph/presets/same-net.ts';
import { cropFactor } from '../../../graph/tasks/landmarks/crop.ts';
import type { CallContext, JobHost } from '../../border/serve.ts';
import { inputGraph } from '../../pictures/picture-graph.ts';
import { fit, preparationOf } from '../../weights/source.ts';
import { FaceFinder } from './face-finder.ts';
import { VisionNet } from './net.ts';
import type { NetRequest, OpenedNet, Path } from './protocol.ts';
import { TaskLook } from './task-look.ts';
import { TaskReader } from './task-reader.ts';
import { WasmRuntime } from './wasm-net.ts';

export class NetSeat {
  readonly net: VisionNet;
  readonly reader = new TaskReader();
  readonly tasks: TaskLook;
  private readonly finder: FaceFinder;

  /** `helpers`: names of the workers with WebAssembly (src/ui/hosts/gpu-client.ts), of the net and of the one that finds faces for it. */
  constructor(
    private readonly host: JobHost,
    helpers: { readonly wasm: string; readonly faces: string },
    onPath: (path: Path) => void,
  ) {
    const { engine, checkpoints } = host;
    const runs = (name: string, told: (path: Path) => void): VisionNet =>
      new VisionNet({ engine, wasm: () => new WasmRuntime(host.helper(name)), onPath: told });
    this.net = runs(helpers.wasm, onPath);
    this.finder = new FaceFinder(
      runs(helpers.faces, () => undefined),
      checkpoints,
    );
    this.tasks = new TaskLook(this.net, this.finder, this.reader);
  }

  async open(
    { net: given, weights: reference, keep, way, finder }: NetRequest,
    { signal, progress, shared: inLane }: CallContext,
  ): Promise<OpenedNet> {
    const { net } = this;
    // A model file is of no published net: only its name and its values may tell.
    const { architecture } = parse('text' in given ? given.text : '');
    const graph = inputGraph(given, architecture.header.rate);
    progress('Reading the weights', 0);
    const opened = await this.host.checkpoints.get(reference);
    signal.throwIfAborted();
    const fitted = fit(opened, graph);
    if ('mismatch' in fitted) return { fits: false, ...fitted };
    progress('Preparing the net', 0.5);
    net.endCheck();
    const path = await inLane(() => net.load(graph, fitted.params, { keep, way, signal }));
    await inLane(() => this.finder.open(finder, { factor: cropFactor(graph), way, signal }));
    this.reader.open({ graph, architecture });
    const preparation = preparationOf(opened, fitted.params, { architecture, name: given.name }, reference);
    const labelSet = labelSetOf(architecture);
    const found = { ...(preparation && { preparation }), ...(labelSet && { labelSet }) };
    const weights = { ...opened.facts, notes: fitted.notes, ...found };
    return { fits: true, path, weights };
  }
}
