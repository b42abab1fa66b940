// Preprocessing on the GPU: a photo or a camera frame goes to a texture, and two dispatches before the net's own write its input.
import { geometry, normalize, padding, type Preparation } from '../../../graph/pictures/preprocess.ts';
import { columnsFirst, resampleTaps, sourceLines, type ResampleTaps } from '../../../graph/pictures/resample.ts';
import type { OpenDevice } from '../../engine/device.ts';
import { sizeOf, type PictureSource } from '../../pictures/picture-pixels.ts';
import { acrossWgsl, downWgsl, tapsAt } from './picture-wgsl.ts';

// Numbers of the WebGPU specification: the namespaces are missing in some runtimes.
const bufferUsage = { storage: 128, copyDst: 8 } as const;
const textureUsage = { copyDst: 2, binding: 4, attachment: 16 } as const;
const compute = 4;

/** Of one size of pictures: preparations share it, since one runs at a time. */
interface Shared {
  readonly width: number;
  readonly height: number;
  readonly texture: GPUTexture;
  /** Between the two dispatches; as large as the largest preparation so far needs. */
  readonly middle: GPUBuffer;
}

interface Fitted {
  readonly target: GPUBufferBinding;
  readonly buffers: readonly GPUBuffer[];
  readonly across: GPUBindGroup;
  readonly down: GPUBindGroup;
  readonly groups: { readonly across: readonly [number, number]; readonly down: readonly [number, number] };
}

/** Preparations that are kept for pictures of one size. */
const mostFitted = 8;

/** Lives as long as its device. Nothing is created for a frame of the same size as the one before, in a preparation that was used lately. */
export class PictureStage {
  private shared: Shared | undefined;
  private readonly fitted = new Map<string, Fitted>();
  private current: Fitted | undefined;

  private constructor(
    private readonly device: GPUDevice,
    private readonly layouts: { readonly across: GPUBindGroupLayout; readonly down: GPUBindGroupLayout },
    private readonly pipelines: { readonly across: GPUComputePipeline; readonly down: GPUComputePipeline },
  ) {}

  static async create({ device }: OpenDevice): Promise<PictureStage> {
    const buffer = (binding: number, type: GPUBufferBindingType): GPUBindGroupLayoutEntry => ({
      binding,
      visibility: compute,
      buffer: { type },
    });
    const layouts = {
      across: device.createBindGroupLayout({
        label: 'picture across',
        entries: [
          { binding: 0, visibility: compute, texture: { sampleType: 'float' } },
          buffer(1, 'read-only-storage'),
          buffer(2, 'storage'),
        ],
      }),
      down: device.createBindGroupLayout({
        label: 'picture down',
        entries: [
          buffer(0, 'read-only-storage'),
          buffer(1, 'read-only-storage'),
          buffer(2, 'read-only-storage'),
          buffer(3, 'storage'),
        ],
      }),
    };
    const compile = (name: 'across' | 'down', code: string): Promise<GPUComputePipeline> =>
      device.createComputePipelineAsync({
        label: `picture ${name}`,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layouts[name]] }),
        compute: { module: device.createShaderModule({ label: `picture ${name}`, code }), entryPoint: 'main' },
      });
    const [across, down] = await Promise.all([compile('across', acrossWgsl), compile('down', downWgsl)]);
    return new PictureStage(device, layouts, { across, down });
  }

  /** True for pictures that a texture can hold; others go through the CPU. */
  takes(source: PictureSource): boolean {
    const { width, height } = sizeOf(source);
    return Math.max(width, height) <= this.device.limits.maxTextureDimension2D;
  }

  /**
   * Copies the picture's pixels to the GPU and makes ready to {@link record}. `target` is the net's input: 4 floats a pixel.
   * Throws what `copyExternalImageToTexture` throws, for example for a frame that is closed.
   */
  upload(source: PictureSource, preparation: Preparation, target: GPUBufferBinding): void {
    const { width, height } = sizeOf(source);
    this.current = this.fit(width, height, preparation, target);
    const { texture } = this.shared as Shared;
    if ('data' in source) {
      this.device.queue.writeTexture({ texture }, source.data as Uint8Array<ArrayBuffer>, { bytesPerRow: width * 4 }, [
        width,
        height,
      ]);
    } else {
      this.device.queue.copyExternalImageToTexture({ source }, { texture, premultipliedAlpha: false }, [width, height]);
    }
  }

  /** Records the two dispatches in a pass of their own. */
  record(encoder: GPUCommandEncoder): void {
    const { current: fitted } = this;
    if (!fitted) throw new Error('no picture was uploaded');
    const pass = encoder.beginComputePass({ label: 'picture' });
    pass.setPipeline(this.pipelines.across);
    pass.setBindGroup(0, fitted.across);
    pass.dispatchWorkgroups(...fitted.groups.across);
    pass.setPipeline(this.pipelines.down);
    pass.setBindGroup(0, fitted.down);
    pass.dispatchWorkgroups(...fitted.groups.down);
    pass.end();
  }

  destroy(): void {
    this.shared?.texture.destroy();
    this.shared?.middle.destroy();
    for (const { buffers } of this.fitted.values()) for (const buffer of buffers) buffer.destroy();
    this.fitted.clear();
    this.shared = this.current = undefined;
  }

  private fit(width: number, height: number, preparation: Preparation, target: GPUBufferBinding): Fitted {
    const key = JSON.stringify([preparation, target.offset]);
    const known = this.fitted.get(key);
    const { shared } = this;
    const same = shared?.width === width && shared.height === height;
    if (same && known?.target.buffer === target.buffer) return known;
    // Another part of the picture every time is no preparation to come back to.
    if (!same || known || preparation.box || this.fitted.size >= mostFitted) this.destroy();
    const { device } = this;
    const resized = geometry({ width, height }, preparation);
    const {
      area,
      source: [left, top, right, bottom],
    } = resized;
    const [inputRows, inputColumns] = preparation.size;
    const filter = preparation.interpolation;
    const across = resampleTaps(width, resized.width, area.left, area.width, filter, [left, right]);
    const down = resampleTaps(height, resized.height, area.top, area.height, filter, [top, bottom]);
    const transposed = columnsFirst({ width, height }, resized);
    const [one, other] = transposed ? [down, across] : [across, down];
    const [columns, lines] = transposed ? [inputRows, inputColumns] : [inputColumns, inputRows];
    const [length, results] = [one.from.length, other.from.length];
    const { first, last } = sourceLines(other);
    const rows = last - first;
    const table = (label: string, data: Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>): GPUBuffer => {
      const made = device.createBuffer({
        label,
        size: data.byteLength,
        usage: bufferUsage.storage | bufferUsage.copyDst,
      });
      device.queue.writeBuffer(made, 0, data);
      return made;
    };
    const sizes = [length, results, first, rows, columns, lines, Number(transposed)] as const;
    const acrossTaps = table('picture taps across', packTaps(one, sizes));
    const downTaps = table('picture taps down', packTaps(other, sizes));
    const values = table('picture values', valueTable(preparation));
    const { texture, middle } = this.share(width, height, rows * length * 4);
    const group = (layout: GPUBindGroupLayout, resources: readonly GPUBindingResource[]): GPUBindGroup =>
      device.createBindGroup({ layout, entries: resources.map((resource, binding) => ({ binding, resource })) });
    const made: Fitted = {
      target,
      buffers: [acrossTaps, downTaps, values],
      across: group(this.layouts.across, [texture.createView(), { buffer: acrossTaps }, { buffer: middle }]),
      down: group(this.layouts.down, [{ buffer: middle }, { buffer: downTaps }, { buffer: values }, target]),
      groups: {
        across: [Math.ceil(length / 8), Math.ceil(rows / 8)],
        down: [Math.ceil(columns / 8), Math.ceil(lines / 8)],
      },
    };
    this.fitted.set(key, made);
    return made;
  }

  private share(width: number, height: number, middleBytes: number): Shared {
    const { device, shared } = this;
    if (shared && shared.middle.size >= middleBytes) return shared;
    // Groups that bind a smaller one are void.
    this.destroy();
    const texture = device.createTexture({
      label: 'picture',
      size: [width, height],
      format: 'rgba8unorm',
      usage: textureUsage.binding | textureUsage.copyDst | textureUsage.attachment,
    });
    const middle = device.createBuffer({ label: 'picture rows', size: middleBytes, usage: bufferUsage.storage });
    return (this.shared = { width, height, texture, middle });
  }
}

function packTaps({ from, count, weights, stride }: ResampleTaps, sizes: readonly number[]): Int32Array<ArrayBuffer> {
  const packed = new Int32Array(tapsAt + from.length + count.length + weights.length);
  const [length = 0, results = 0, ...others] = sizes;
  packed.set([length, results, stride, ...others]);
  packed.set(from, tapsAt);
  packed.set(count, tapsAt + from.length);
  packed.set(weights, tapsAt + from.length + count.length);
  return packed;
}

/** What each byte of each channel becomes, and what is beside the picture: the very numbers that the CPU path gives the net. */
function valueTable(preparation: Preparation): Float32Array<ArrayBuffer> {
  const table = new Float32Array(771);
  const bytes = Uint8ClampedArray.from({ length: 768 }, (_, i) => Math.floor(i / 3));
  normalize(bytes, preparation).forEach((value, i) => (table[(i % 3) * 256 + Math.floor(i / 3)] = value));
  table.set(padding(preparation), 768);
  return table;
}
