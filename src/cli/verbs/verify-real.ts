// `verify-real FILE…`: the models that ship, run on named photos and sounds, against what other programs found there with the same weights.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resampleSound } from '../../graph/audio/resample.ts';
import { readWav } from '../../graph/audio/wav.ts';
import type { Picture } from '../../graph/pictures/preprocess.ts';
import { Nets, type Asked } from '../answers-on-files.ts';
import { farthest, iou, sameBoxes } from '../boxes-agree.ts';
import { NetRunner } from '../execute-net.ts';
import { readBytes, readText } from '../files.ts';
import { gpuOptions } from '../gpu-device.ts';
import { readPicture } from '../picture.ts';
import {
  readPublished,
  type DetectAnswers,
  type LandmarkAnswers,
  type PublishedAnswers,
  type SegmentAnswers,
  type SoundAnswers,
} from '../published-answers.ts';
import { UsageError, type Console, type Given, type Verb } from '../verb.ts';

/** Half precision against float32 of the same weights. */
const allowed = { score: 0.02, iou: 0.95, grid: 0.99, points68: 0.005, meshPixels: 0.5, tag: 0.02 };
/** Rates that microphones and files have. */
const rates = [16_000, 22_050, 48_000];

/** Undefined: it holds; else what is wrong, as the end of a sentence. */
type Finding = string | undefined;
type Check = readonly [what: string, finding: Finding];

export const verifyReal: Verb = {
  operands: 'FILE…',
  count: { min: 1, max: Infinity },
  doc: 'Runs the models that ship on photos and sounds and compares with published answers: boxes, masks, points, sounds, and the bytes that each net saw.',
  options: [
    {
      name: 'photos',
      value: 'FOLDER',
      doc: 'Where the photos lie; when not given, “photos” two folders above the file, else the samples of the page.',
    },
    {
      name: 'sounds',
      value: 'FOLDER',
      doc: 'Where the sounds lie; when not given, “audio” one folder above the file.',
    },
    { name: 'device', value: 'cpu|webgpu', choices: ['cpu', 'webgpu'], doc: 'Where the nets run.' },
    ...gpuOptions,
  ],
  async run(given, console) {
    const own: Given = { ...given, word: (name) => given.word(name) ?? (name === 'device' ? 'cpu' : undefined) };
    const runner = new NetRunner('verify-real', own, console);
    const nets = new Nets(own, runner);
    let [passed, failed] = [0, 0];
    for (const file of given.positionals) {
      const published = readPublished(readText(file));
      if (!published) throw new UsageError(`"${file}" holds no published answers of photos or sounds.`);
      const folder = dirname(file);
      const places =
        published.kind === 'sounds'
          ? [given.word('sounds') ?? join(folder, '..', 'audio')]
          : [given.word('photos') ?? join(folder, '..', '..', 'photos'), join('public', 'samples')];
      for await (const [what, finding] of checks(published, nets, places, console)) {
        if (finding === undefined) passed++;
        else failed++;
        console.out(
          `${finding === undefined ? 'passed' : 'FAILED'}  ${what}${finding === undefined ? '' : `: ${finding}`}`,
        );
      }
    }
    await runner.close();
    console.out(`${passed} passed, ${failed} failed`);
    return failed > 0 ? 1 : 0;
  },
};

async function* checks(
  published: PublishedAnswers,
  nets: Nets,
  places: readonly string[],
  console: Console,
): AsyncGenerator<Check> {
  const names = Object.keys(published.kind === 'sounds' ? published.clips : published.photos);
  for (const name of names) {
    const found = places.map((place) => join(place, name)).find(existsSync);
    if (found === undefined) {
      console.err(`bottleneck verify-real: ${name} is not in ${places.join(' or ')}, so its answers are not compared.`);
      continue;
    }
    if (published.kind === 'sounds') {
      yield* soundChecks(name, found, published.clips[name] as SoundAnswers, nets);
      continue;
    }
    const picture = await readPicture(found);
    if (published.kind === 'detect') yield* detectChecks(name, picture, published.photos[name] as DetectAnswers, nets);
    else if (published.kind === 'landmarks')
      yield* landmarkChecks(name, picture, published.photos[name] as LandmarkAnswers, nets);
    else
      for (const [variant, answers] of Object.entries(published.photos[name] ?? {}))
        yield* segmentChecks(name, picture, variant, answers, nets);
  }
}

const bytes = (asked: Asked, sha256: string): Finding =>
  asked.sha256 === sha256 ? undefined : `the net saw other bytes (SHA-256 ${asked.sha256.slice(0, 12)})`;

async function* detectChecks(
  name: string,
  picture: Picture,
  answers: DetectAnswers,
  nets: Nets,
): AsyncGenerator<Check> {
  if (answers.coco) {
    const asked = await nets.see('ssdlite_mobilenetv2_coco', picture);
    yield [`${name} 300 × 300 bytes`, bytes(asked, answers.sha256_of_300x300_rgb)];
    yield [`${name} objects`, sameBoxes(asked, answers.coco.detections, allowed)];
  }
  if (answers.blazeface) {
    const { best, box_x_y_w_h: box, points = [] } = answers.blazeface;
    const { answer } = await nets.see('blazeface', picture);
    if (answer.kind !== 'boxes') throw new Error('BlazeFace gives boxes');
    const first = answer.boxes[0];
    yield [
      `${name} best face`,
      Math.abs(answer.best - best) <= allowed.score ? undefined : `${answer.best.toFixed(4)} for ${best}`,
    ];
    if (!box) {
      yield [`${name} no face`, answer.boxes.length === 0 ? undefined : 'a face is found'];
      return;
    }
    const [x, y, w, h] = box;
    const overlap = first ? iou(first.box, [x, y, x + w, y + h]) : 0;
    const off = farthest(first?.points ?? [], points);
    yield [
      `${name} face`,
      overlap >= allowed.iou && off < 0.01 ? undefined : `IoU ${overlap.toFixed(3)}, points off by ${off.toFixed(4)}`,
    ];
  }
  if (answers.mesh) {
    // Its hash is of the crop before that was rounded to three decimals, which gives other bytes.
    const asked = await nets.see('face_mesh', picture, { box: answers.mesh.crop });
    if (asked.answer.kind !== 'points') throw new Error('the mesh gives points');
    const values = asked.answer.points.flat().map((value) => value * 192);
    const off = Math.max(...answers.mesh.points.map(([at, value]) => Math.abs((values[at] ?? NaN) - value)));
    yield [`${name} mesh`, off <= allowed.meshPixels ? undefined : `points off by ${off.toFixed(2)} pixels`];
    yield [
      `${name} presence`,
      Math.abs((asked.answer.presence ?? NaN) - answers.mesh.presence) < allowed.score
        ? undefined
        : String(asked.answer.presence),
    ];
  }
}

async function* landmarkChecks(
  name: string,
  picture: Picture,
  answers: LandmarkAnswers,
  nets: Nets,
): AsyncGenerator<Check> {
  const asked = await nets.see('face68', picture, { box: answers.crop });
  if (asked.answer.kind !== 'points') throw new Error('face68 gives points');
  const off = farthest(asked.answer.points, answers.points);
  yield [`${name} landmark bytes`, bytes(asked, answers.sha256_rgb)];
  yield [`${name} 68 points`, off <= allowed.points68 ? undefined : `off by ${(off * 100).toFixed(2)} % of the crop`];
}

async function* segmentChecks(
  name: string,
  picture: Picture,
  variant: string,
  answers: SegmentAnswers,
  nets: Nets,
): AsyncGenerator<Check> {
  const [stride, size] = variant.split('_');
  const net = stride === 'os8' ? 'deeplabv3_mobilenetv2_os8' : 'deeplabv3_mobilenetv2_same';
  const asked = await nets.see(`${net}@${size ?? ''}`, picture);
  if (asked.answer.kind !== 'mask') throw new Error(`${net} gives a mask`);
  const { mask, width } = asked.answer;
  const [columns, rows] = answers.size;
  const at = (i: number, length: number): number => Math.min(length - 1, Math.round(((i + 0.5) * length) / 16));
  let agreed = 0;
  answers.grid.forEach((row, i) =>
    row.forEach((wanted, j) => (agreed += Number(mask[at(i, rows) * width + at(j, columns)] === wanted))),
  );
  yield [`${name} ${variant} bytes`, bytes(asked, answers.sha256_rgb)];
  yield [`${name} ${variant} mask`, agreed / 256 >= allowed.grid ? undefined : `${agreed} of 256 places agree`];
}

async function* soundChecks(name: string, file: string, answers: SoundAnswers, nets: Nets): AsyncGenerator<Check> {
  const given = readWav(readBytes(file));
  for (const rate of rates) {
    const sound = { rate, samples: resampleSound(given.samples, given.rate, rate) };
    const { windows, labels } = await nets.hear('yamnet', sound);
    const clip = Float32Array.from(
      labels,
      (_, i) => windows.reduce((sum, one) => sum + (one[i] as number), 0) / windows.length,
    );
    const top = (scores: Float32Array): string => labels[scores.indexOf(Math.max(...scores))] ?? '';
    const [label, score] = answers.top5[0] ?? ['', NaN];
    const found = clip[labels.indexOf(label)] ?? NaN;
    yield [`${name} at ${rate} Hz`, top(clip) === label ? undefined : `${top(clip)}, not ${label}`];
    if (rate !== given.rate) continue;
    const other = windows.findIndex((one, i) => top(one) !== answers.top1_of_window[i]);
    yield [`${name} score`, Math.abs(found - score) <= allowed.tag ? undefined : `${found.toFixed(4)} for ${score}`];
    yield [
      `${name} windows`,
      windows.length === answers.windows && other < 0 ? undefined : `window ${other} of ${windows.length}`,
    ];
  }
}
