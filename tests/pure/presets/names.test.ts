// Names are normalised before "another net" is said: hub ids and other programs' spellings of nets, and what training programs put before tensors.
import { describe, expect, test } from 'vitest';
import type { StoredTensor } from '../../../src/graph/formats/safetensors/read.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { recognizeNet, recognizedSentence } from '../../../src/graph/presets/recognize.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { graphParams, loadWeights } from '../../../src/graph/weights/weights.ts';
import { built } from './build.ts';

const meaning = (name: string): unknown => {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) return resolved.problem;
  const { preset, checkpoint, architecture } = resolved;
  return [preset?.name, checkpoint?.hubId, architecture.header.input.slice(1), architecture.blocks.at(-1)?.args['c']];
};

const manners: readonly ((name: string) => string)[] = [
  (name) => `timm/${name}`,
  (name) => `hf-hub:timm/${name}`,
  (name) => `hf_hub:timm/${name}`,
  (name) => `https://huggingface.co/timm/${name}`,
  (name) => `huggingface.co/timm/${name}/tree/main`,
  (name) => `https://huggingface.co/timm/${name}/resolve/main/model.safetensors?download=true`,
  (name) => ` ${name} `,
];

test('every hub id as `presets` prints it, in 7 manners', () => {
  const ids = presets.flatMap(({ checkpoints }) => checkpoints.flatMap(({ hubId }) => hubId ?? []));
  expect(ids.length).toBeGreaterThan(100);
  ids.forEach((id, i) => {
    const name = id.replace('timm/', '');
    const expected = meaning(name);
    expect((expected as string[])[1]).toBe(id);
    expect(meaning((manners[i % manners.length] as (name: string) => string)(name))).toEqual(expected);
    expect(meaning(id)).toEqual(expected);
  });
});

const mutations: readonly ((name: string) => string)[] = [
  (name) => name.toUpperCase(),
  (name) => name.replaceAll('_', '-'),
  (name) => name.replaceAll('_', ' '),
  (name) => name.replaceAll('_', ''),
  (name) => name.replace(/^mobilenetv(\d)/, 'mobilenet_v$1'),
  (name) => name.replace(/^mobilenetv(\d)/, 'MobileNet-V$1'),
  (name) => name.replace(/_100$/, ''),
  (name) => name.replace(/_(\d)(\d)(\d)$/, '_$1.$2$3'),
  (name) => `google/${name}`,
];

test('200 drawn spellings of presets’ names mean the preset', () => {
  let drawn = 0;
  // A name without its width stands for the widest-known net, where it is no other net's name.
  const names = presets.map(({ name }) => name).filter((name) => !/[+@]/.test(name));
  for (const [i, name] of names.entries()) {
    for (const [j, mutate] of mutations.entries()) {
      const other = mutate(name);
      if ((i + j) % 3 !== 0 || other === name || (j === 6 && !name.endsWith('_100'))) continue;
      drawn++;
      expect(meaning(other), `${other} for ${name}`).toEqual(meaning(name));
    }
  }
  expect(drawn).toBeGreaterThanOrEqual(200);
});

test.each([
  ['mobilenet_v2', 'mobilenetv2_100'],
  ['MobileNetV2', 'mobilenetv2_100'],
  ['mobilenet_v3_large', 'mobilenetv3_large_100'],
  ['mobilenet_v3_small', 'mobilenetv3_small_100'],
  ['MobileNetV3-Large', 'mobilenetv3_large_100'],
  ['mobilenet', 'mobilenetv1_100'],
  ['mobilenet_v1', 'mobilenetv1_100'],
  ['google/mobilenet_v2_1.4_224', 'mobilenetv2_140@224'],
  ['google/mobilenet_v1_0.75_192', 'mobilenetv1_075@192'],
  ['mnasnet0_5', 'mnasnet_050'],
  ['mnasnet1_0', 'mnasnet_100'],
  ['EfficientNetB0', 'efficientnet_b0'],
  ['google/efficientnet-b3', 'efficientnet_b3'],
  ['tf_efficientnet_b0_ap', 'tf_efficientnet_b0.ap_in1k'],
  ['tf_efficientnet_b3_ns', 'tf_efficientnet_b3.ns_jft_in1k'],
  ['mobilenetv3_large_100_miil', 'mobilenetv3_large_100.miil_in21k_ft_in1k'],
  ['mobilenetv3_large_100_miil_in21k', 'mobilenetv3_large_100.miil_in21k'],
  ['mobilenet_v2+classes=10@96', 'mobilenetv2_100+classes=10@96'],
])('%s is %s', (other, name) => {
  expect(meaning(other)).toEqual(meaning(name));
});

test.each(['resnet50', 'timm/resnet50', 'mobilenetv9', 'https://example.org/', 'mobilenetv2_100.e9', 'm', ''])(
  '%j is no net',
  (name) => expect(meaning(name)).toMatch(/^No net is called /),
);

test('the 28 tags that were unknown carry timm’s preparation', () => {
  const of = (name: string) => {
    const resolved = resolvePreset(name);
    if ('problem' in resolved) throw new Error(resolved.problem);
    return {
      ...resolved.checkpoint?.preprocessing,
      classes: resolved.architecture.blocks.at(-1)?.args['c'],
      note: resolved.note,
    };
  };
  for (let n = 0; n <= 8; n++)
    expect(of(`tf_efficientnet_b${n}.ap_in1k`)).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
  for (let n = 0; n <= 7; n++) expect(of(`tf_efficientnet_b${n}.ns_jft_in1k`).mean).toEqual([0.485, 0.456, 0.406]);
  for (const n of [5, 7, 8]) expect(of(`tf_efficientnet_b${n}.ra_in1k`).mean).toEqual([0.485, 0.456, 0.406]);
  expect(of('efficientnet_b5.sw_in12k_ft_in1k')).toMatchObject({ crop: 1, classes: 1000 });
  expect(of('efficientnet_b5.sw_in12k')).toMatchObject({ crop: 0.95, classes: 11821 });
  expect(of('mobilenetv3_large_100.miil_in21k')).toMatchObject({
    mean: [0, 0, 0],
    std: [1, 1, 1],
    interpolation: 'bilinear',
    classes: 11221,
  });
  for (const name of [
    'conv_medium.e180_r384',
    'conv_medium.e180_ad_r384',
    'conv_medium.e250_r384',
    'hybrid_medium.e200_r256',
    'conv_aa_large.e230_r384',
  ])
    expect(of(`mobilenetv4_${name}_in12k`).classes).toBe(11821);
  expect(of('tf_efficientnet_b0.new_in1k')).toMatchObject({
    note: expect.stringContaining('is in no table here') as string,
  });
});

type Tensors = Map<string, StoredTensor>;

function tensorsOf(name: string): Tensors {
  return new Map(
    graphParams(built(name)).map(({ name: tensor, shape }): [string, StoredTensor] => {
      const elements = shape.reduce((product, size) => product * size, 1);
      const bytes = new Uint8Array(Float32Array.from({ length: elements }, (_, i) => (i % 5) + 1).buffer);
      return [tensor, { name: tensor, dtype: 'F32', shape, elements, bytes }];
    }),
  );
}
const renamed = (tensors: Tensors, change: (name: string) => string): Tensors =>
  new Map([...tensors].map(([name, tensor]) => [change(name), tensor]));
const counter = (name: string, dtype: StoredTensor['dtype'] = 'I64'): StoredTensor => ({
  name,
  dtype,
  shape: [],
  elements: 1,
  bytes: new Uint8Array(8),
});

describe('tensors', () => {
  const small = tensorsOf('mobilenetv3_small_050');
  const graph = built('mobilenetv3_small_050');
  const prefixes = [
    'module.',
    'model.',
    '_orig_mod.',
    'ema.',
    'backbone.',
    'student.',
    'state_dict.',
    'net.',
    'network.',
    'encoder.',
    'teacher.model.',
    'model_ema.module.',
    'pl_module.',
    'averaged_model.',
    'a.b.c.',
  ];

  test('200 mixtures of prefixes, wrappers and counters load', () => {
    let seed = 7;
    const draw = (below: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let i = 0; i < 200; i++) {
      const prefix = Array.from({ length: i % 4 }, () => prefixes[draw(prefixes.length)]).join('');
      const inside = ['', '_orig_mod.', 'module.', '_fsdp_wrapped_module.', '_checkpoint_wrapped_module.'][
        draw(5)
      ] as string;
      const changed = renamed(
        small,
        (name) => prefix + (draw(2) === 0 ? name : name.replace(/^(blocks\.\d\.\d\.)/, `$1${inside}`)),
      );
      for (const name of [...changed.keys()].filter((one) => one.endsWith('running_var')))
        changed.set(name.replace('running_var', 'num_batches_tracked'), counter(name));
      for (const extra of ['total_ops', 'total_params', 'n_averaged'])
        if (draw(2) === 0)
          changed.set(
            `${prefix}${draw(2) === 0 ? 'blocks.0.0.' : ''}${extra}`,
            counter(extra, draw(2) === 0 ? 'F64' : 'I64'),
          );
      const loaded = loadWeights(graph, changed);
      expect('params' in loaded ? '' : JSON.stringify(loaded).slice(0, 300), `${prefix} ${inside}`).toBe('');
      expect('params' in loaded && [...loaded.params.keys()]).toEqual([...small.keys()]);
    }
  });

  test('what stands outside of the prefix is said', () => {
    const changed = renamed(small, (name) => `student.${name}`);
    changed.set('loss.weight', { ...(small.get('classifier.bias') as StoredTensor), name: 'loss.weight' });
    const loaded = loadWeights(graph, changed);
    expect('notes' in loaded && loaded.notes).toEqual([
      'The names in the file begin with "student."; 1 tensors outside of it were left alone (loss.weight).',
    ]);
  });

  test('the net twice in a file is refused, not guessed', () => {
    const twice = new Map([...renamed(small, (name) => `model.${name}`), ...renamed(small, (name) => `ema.${name}`)]);
    expect(loadWeights(graph, twice)).toMatchObject({
      refused: ['the net is twice in the file, once under "ema." and once under "model."; keep one of them'],
    });
  });

  test('another net is still another net', () => {
    const loaded = loadWeights(
      built('mobilenetv3_small_075'),
      renamed(small, (name) => `module.${name}`),
    );
    expect('params' in loaded).toBe(false);
  });
});

describe('a net is recognised by its tensors', () => {
  test.each([
    'mobilenetv2_100',
    'mobilenetv3_small_050',
    'mobilenetv4_conv_small',
    'efficientnet_b1',
    'mixnet_s',
    'efficientformer_l1',
    't2t_vit_7',
    'mobilenetv1_025',
    'fd_mobilenet_0.5x',
  ])('%s, also with a prefix, another head, or none', (name) => {
    const tensors = tensorsOf(name);
    expect(recognizeNet(tensors, [name])[0]).toMatchObject({ name, headless: false });
    expect(recognizeNet(renamed(tensors, (one) => `module.model.${one}`)).map((net) => net.name)).toContain(name);
    const ten = tensorsOf(`${name}+classes=10`);
    const [found] = recognizeNet(ten, [name]);
    expect(found?.name).toBe(`${name}+classes=10`);
    const loaded = loadWeights(built(found?.name ?? ''), ten);
    expect('params' in loaded).toBe(true);
  });

  test('without its classifier the text ends in features that the file fits', () => {
    const tensors = tensorsOf('mobilenetv2_100');
    for (const name of ['classifier.weight', 'classifier.bias']) tensors.delete(name);
    const [found] = recognizeNet(tensors);
    expect(found).toMatchObject({ name: 'mobilenetv2_100', headless: true });
    expect(found?.text).not.toContain('linear');
  });

  test('a hint decides between nets of the same tensors', () => {
    const tensors = tensorsOf('tf_efficientnet_b0');
    expect(recognizeNet(tensors, ['tf_efficientnet_b0.ap_in1k.safetensors'])[0]?.name).toBe('tf_efficientnet_b0');
    expect(recognizeNet(tensors, ['efficientnet_b0.safetensors'])[0]?.name).toBe('efficientnet_b0');
    expect(recognizedSentence(recognizeNet(tensors))).toMatch(
      /^The tensors are those of \w+ \(or .*: the same tensors\): open/,
    );
  });

  test('strangers are not recognised', () => {
    const tensors = tensorsOf('mobilenetv2_100');
    tensors.delete('conv_stem.weight');
    expect(recognizeNet(tensors)).toEqual([]);
    expect(recognizeNet(new Map())).toEqual([]);
  });
});
