// Every kind of file that people hand over, by what it is called and what to do with it: the words of a refusal.

/** What a place takes. `any` is the page as a whole. */
export type Wanted = 'weights' | 'picture' | 'net' | 'model' | 'record' | 'any';

/** `mishap`: what stands where the file should be; the advice holds for every place. */
type Group = 'weights' | 'picture' | 'net' | 'record' | 'mishap' | 'other';

interface KindWords {
  /** After "is": `a PDF document`. */
  readonly what: string;
  readonly group: Group;
  /** The way on, where this kind stands in for what was wanted. */
  readonly way?: string;
}

const toSafetensors =
  'Bottleneck reads safetensors: convert it in Python, with save_file(model.state_dict(), "model.safetensors") from safetensors.torch';
const fromExport = 'Bottleneck reads safetensors: take the PyTorch checkpoint that it was exported from';
const asPicture = 'export it as JPEG, PNG or WebP';
const unpack = 'unpack it first and give the file inside';

export const kinds = {
  empty: {
    what: 'empty (0 bytes)',
    group: 'mishap',
    way: 'the download or the copy did not work: fetch it again',
  },
  zeros: {
    what: 'nothing but zero bytes',
    group: 'mishap',
    way: 'the download was cut off or the disk was full: fetch it again',
  },
  lfs: {
    what: 'a Git LFS pointer, not the file itself',
    group: 'mishap',
    way: 'run `git lfs pull` in its repository, or download the file itself',
  },
  html: {
    what: 'a web page (HTML), not the file itself',
    group: 'mishap',
    way: 'the server answered with a page: download it again, from the link to the raw file (on the Hugging Face hub /resolve/, not /blob/)',
  },
  serverError: {
    what: 'an error message of a server, not the file itself',
    group: 'mishap',
    way: 'read it in a text editor and download the file again',
  },
  indexJson: {
    what: 'the index of a checkpoint in several parts (model.safetensors.index.json)',
    group: 'weights',
    way: 'it holds no weights: load the parts in Python and save them as one file with save_file of safetensors.torch',
  },
  configJson: {
    what: 'a model’s description (config.json)',
    group: 'weights',
    way: 'it holds no weights: take model.safetensors from the same place, both together',
  },
  record: { what: 'a golden record (JSON)', group: 'record' },
  tuning: {
    what: 'a tuning, as the verb `tune` writes it',
    group: 'other',
    way: 'the command line takes it: plan NET --tuned FILE, or profile NET --tuned FILE',
  },
  run: {
    what: 'the record of a measurement, as Profile exports it',
    group: 'other',
    way: 'it is there to be read or kept; a result is passed on by the link in Share',
  },
  json: { what: 'a JSON text', group: 'other' },
  notebook: { what: 'a Jupyter notebook', group: 'other' },
  torchZip: { what: 'a PyTorch checkpoint (torch.save)', group: 'weights', way: toSafetensors },
  pickle: { what: 'a Python pickle (PyTorch’s old .pth or .pt form)', group: 'weights', way: toSafetensors },
  keras: { what: 'a Keras model (zip)', group: 'weights', way: fromExport },
  hdf5: { what: 'an HDF5 file (Keras weights, .h5)', group: 'weights', way: fromExport },
  gguf: { what: 'a GGUF file (llama.cpp)', group: 'weights', way: fromExport },
  onnx: { what: 'an ONNX model', group: 'weights', way: fromExport },
  savedModel: { what: 'a TensorFlow SavedModel', group: 'weights', way: fromExport },
  tensorflowGraph: {
    what: 'a frozen TensorFlow graph (.pb)',
    group: 'weights',
    way: 'convert it to TensorFlow Lite (tf.lite.TFLiteConverter) or to ONNX (tf2onnx)',
  },
  coreml: {
    what: 'a Core ML model (.mlmodel)',
    group: 'weights',
    way: 'take the ONNX or TensorFlow Lite file, or the PyTorch checkpoint, that it was made from',
  },
  tflite: { what: 'a TensorFlow Lite model', group: 'weights', way: fromExport },
  openvino: { what: 'an OpenVINO model', group: 'weights', way: fromExport },
  npy: { what: 'a NumPy array (.npy)', group: 'weights', way: toSafetensors },
  npz: { what: 'an archive of NumPy arrays (.npz)', group: 'weights', way: toSafetensors },
  safetensors: { what: 'a safetensors file of weights', group: 'weights' },
  int8: { what: 'a quantized net of Bottleneck’s (int8)', group: 'net' },
  zip: { what: 'a zip archive', group: 'mishap', way: unpack },
  gzip: { what: 'a gzip file', group: 'mishap', way: unpack },
  tar: { what: 'a tar archive', group: 'mishap', way: unpack },
  xz: { what: 'an xz file', group: 'mishap', way: unpack },
  zstd: { what: 'a Zstandard file', group: 'mishap', way: unpack },
  bzip2: { what: 'a bzip2 file', group: 'mishap', way: unpack },
  sevenZip: { what: 'a 7-Zip archive', group: 'mishap', way: unpack },
  rar: { what: 'a RAR archive', group: 'mishap', way: unpack },
  jpeg: { what: 'a JPEG picture', group: 'picture' },
  png: { what: 'a PNG picture', group: 'picture' },
  webp: { what: 'a WebP picture', group: 'picture' },
  avif: { what: 'an AVIF picture', group: 'picture', way: asPicture },
  gif: { what: 'a GIF picture', group: 'picture', way: asPicture },
  bmp: { what: 'a BMP picture', group: 'picture', way: asPicture },
  heic: { what: 'an HEIC photo', group: 'picture', way: asPicture },
  tiff: { what: 'a TIFF picture (or a camera’s raw file)', group: 'picture', way: asPicture },
  jxl: { what: 'a JPEG XL picture', group: 'picture', way: asPicture },
  jp2: { what: 'a JPEG 2000 picture', group: 'picture', way: asPicture },
  psd: { what: 'a Photoshop document', group: 'picture', way: asPicture },
  ico: { what: 'an icon file', group: 'picture', way: asPicture },
  svg: { what: 'an SVG drawing', group: 'picture', way: asPicture },
  pdf: { what: 'a PDF document', group: 'other' },
  video: { what: 'a video', group: 'picture', way: 'save one of its frames as JPEG or PNG' },
  audio: { what: 'a sound file', group: 'other' },
  office: { what: 'an Office document', group: 'other' },
  program: { what: 'a program', group: 'other' },
  database: { what: 'a database', group: 'other' },
  appleDouble: {
    what: 'macOS’s note about another file (._…)',
    group: 'mishap',
    way: 'take the file of that name itself',
  },
  thumbnails: { what: 'a system file (thumbnails or an old Office document)', group: 'other' },
  folderNote: { what: 'a system file of a folder', group: 'other' },
  timm: { what: 'a text of timm block strings', group: 'net' },
  xml: { what: 'an XML text', group: 'other' },
  text: { what: 'a text', group: 'other' },
  eightBit: { what: 'a text in an old 8-bit encoding', group: 'net', way: 'save it as UTF-8 in a text editor' },
  binary: { what: 'a binary file of a kind that Bottleneck does not know', group: 'other' },
} as const satisfies Readonly<Record<string, KindWords>>;

export type FileKind = keyof typeof kinds;

/** What the page takes by drop, paste and file picker. */
export const opens =
  'Bottleneck opens .arch texts, share links, timm block strings, ONNX and TFLite models, photos (JPEG, PNG, WebP), .safetensors weights and its own int8 files';

const needed: Readonly<Record<Wanted, string>> = {
  weights: 'weights as safetensors are needed here',
  picture: 'a picture (JPEG, PNG or WebP) is needed here',
  net: 'a net’s text (.arch) is needed here',
  model: 'a model (ONNX or TFLite) is needed here',
  record: 'a golden record (JSON) is needed here',
  any: opens,
};

/** `is an ONNX model; …`, without a full stop: what the file is and the way on from there. */
export function misplaced(kind: FileKind, wanted: Wanted): string {
  const { what, group, way }: KindWords = kinds[kind];
  const fits = group === 'mishap' || group === wanted || wanted === 'any';
  return `is ${what}; ${(fits ? way : undefined) ?? needed[wanted]}`;
}
