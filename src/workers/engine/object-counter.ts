// Counts what a device is asked to create and do: the proof that an inference creates nothing and submits once.

export interface ObjectCounts {
  /** Buffers, textures and query sets alive: created and not destroyed. */
  live: number;
  /** Objects that outlive a submit, created so far: buffers, textures, query sets, bind groups, layouts, modules, pipelines. */
  created: number;
  encoders: number;
  passes: number;
  dispatches: number;
  submits: number;
  writes: number;
  maps: number;
}

const lasting = [
  'createBuffer',
  'createTexture',
  'createQuerySet',
  'createBindGroup',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createShaderModule',
  'createComputePipeline',
  'createComputePipelineAsync',
  'createSampler',
] as const;
const destroyable = new Set<string>(['createBuffer', 'createTexture', 'createQuerySet']);

type Method = (...args: unknown[]) => unknown;

/** Puts `around` in place of a method of this one object; the prototype stays as it is. */
function wrap(object: object, name: string, around: (original: Method) => Method): void {
  const original = (object as Record<string, unknown>)[name];
  if (typeof original !== 'function') return;
  Object.defineProperty(object, name, {
    value: around((original as Method).bind(object)),
    configurable: true,
    writable: true,
  });
}

/** Starts counting on a device. The counts are live; read or subtract copies. */
export function countObjects(device: GPUDevice): ObjectCounts {
  const counts: ObjectCounts = {
    live: 0,
    created: 0,
    encoders: 0,
    passes: 0,
    dispatches: 0,
    submits: 0,
    writes: 0,
    maps: 0,
  };
  for (const name of lasting) {
    wrap(device, name, (create) => (...args) => {
      counts.created++;
      const made = create(...args);
      if (destroyable.has(name)) {
        counts.live++;
        const object = made as object;
        let alive = true;
        wrap(object, 'destroy', (destroy) => () => {
          if (alive) counts.live--;
          alive = false;
          return destroy();
        });
        wrap(object, 'mapAsync', (map) => (...mapArgs) => {
          counts.maps++;
          return map(...mapArgs);
        });
      }
      return made;
    });
  }
  wrap(device, 'createCommandEncoder', (create) => (...args) => {
    counts.encoders++;
    const encoder = create(...args) as object;
    wrap(encoder, 'beginComputePass', (begin) => (...passArgs) => {
      counts.passes++;
      const pass = begin(...passArgs) as object;
      wrap(pass, 'dispatchWorkgroups', (dispatch) => (...sizes) => {
        counts.dispatches++;
        return dispatch(...sizes);
      });
      return pass;
    });
    return encoder;
  });
  wrap(device.queue, 'submit', (submit) => (...args) => {
    counts.submits++;
    return submit(...args);
  });
  wrap(device.queue, 'writeBuffer', (write) => (...args) => {
    counts.writes++;
    return write(...args);
  });
  return counts;
}

/** What happened between two readings. */
export function difference(before: ObjectCounts, after: ObjectCounts): ObjectCounts {
  return Object.fromEntries(
    Object.entries(after).map(([key, value]) => [key, (value as number) - before[key as keyof ObjectCounts]]),
  ) as unknown as ObjectCounts;
}
