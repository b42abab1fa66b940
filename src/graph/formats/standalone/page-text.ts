// The script of a page of its own around a net: what it does with a picture that it is given.
/** What a page does with the module's `load`: takes a picture, prepares it as the net's authors did, and shows the five likeliest answers. */
export const pageText = `
const say = (text) => { document.querySelector('#status').textContent = text; };
const loading = load().catch((error) => { say(error.message); });

/** Antialiased weights along an axis, Keys' cubic or a triangle, as Pillow has them. */
function taps(input, output, first, length, cubic) {
  const scale = input / output;
  const wide = Math.max(1, scale);
  const reach = (cubic ? 2 : 1) * wide;
  const weight = (x) => {
    const d = Math.abs(x);
    if (!cubic) return Math.max(0, 1 - d);
    if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
    return d < 2 ? ((d - 5) * d + 8) * d * -0.5 + 2 : 0;
  };
  return Array.from({ length }, (_, i) => {
    const centre = (first + i + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - reach + 0.5));
    const to = Math.min(input, Math.trunc(centre + reach + 0.5));
    const own = Array.from({ length: to - from }, (_, k) => weight((from + k - centre + 0.5) / wide));
    const sum = own.reduce((a, b) => a + b, 0);
    return { from, own: own.map((w) => w / sum) };
  });
}

/** One pass along an axis: places begin at row * line and lie step apart; bytes, rounded. */
function pass(data, rows, line, step, along, result, toLine, toStep) {
  for (let row = 0; row < rows; row++)
    along.forEach(({ from, own }, i) => {
      for (let c = 0; c < 4; c++) {
        let sum = 0;
        own.forEach((w, k) => { sum += w * data[row * line + (from + k) * step + c]; });
        result[row * toLine + i * toStep + c] = Math.floor(sum + 0.5);
      }
    });
  return result;
}

const roundEven = (x) => (x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** Resize by the shorter side, cut the centre, scale, subtract the mean and divide by the deviation. */
function prepare(image) {
  const { size: [height, width], crop, fit, mean, std, interpolation } = net.preparation;
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.fillStyle = '#fff';
  context.fillRect(0, 0, image.width, image.height);
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const [w, h] = [image.width, image.height];
  let [wide, high] = [width, height];
  if (fit !== 'stretch') {
    const [coverW, coverH] = [Math.floor(width / crop), Math.floor(height / crop)];
    if (coverW === coverH) {
      wide = w <= h ? coverW : Math.trunc((coverW * w) / h);
      high = w <= h ? Math.trunc((coverW * h) / w) : coverW;
    } else {
      const ratio = Math.min(h / coverH, w / coverW);
      wide = Math.max(width, roundEven(w / ratio));
      high = Math.max(height, roundEven(h / ratio));
    }
  }
  const cubic = interpolation === 'bicubic';
  const across = taps(w, wide, roundEven((wide - width) / 2), width, cubic);
  const down = taps(h, high, roundEven((high - height) / 2), height, cubic);
  const rows = pass(data, h, w * 4, 4, across, new Uint8ClampedArray(h * width * 4), width * 4, 4);
  const seen = pass(rows, width, 4, width * 4, down, new Uint8ClampedArray(width * height * 4), 4, width * 4);
  const channels = net.inputs[0].shape.at(-1);
  const input = new Float32Array(width * height * channels);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < channels; c++)
      input[i * channels + c] = (seen[4 * i + Math.min(c, 2)] / 255 - (mean[c] ?? 0)) / (std[c] ?? 1);
  return input;
}

function shares(logits) {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logits.reduce((total, x) => total + Math.exp(x - most), 0);
  const whole = logits.reduce((total, x) => total + x, 0);
  // A net that ends in a softmax gives shares already.
  const shared = logits.every((x) => x >= 0) && Math.abs(whole - 1) < 1e-3;
  return [...logits].map((x, index) => ({ index, share: shared ? x : Math.exp(x - most) / sum }));
}

async function classify(file) {
  const model = await loading;
  if (!model) return;
  say('Looking …');
  try {
    const image = await createImageBitmap(file);
    const start = performance.now();
    const [logits] = await model.run(prepare(image));
    const ms = performance.now() - start;
    const top = shares(logits).sort((a, b) => b.share - a.share).slice(0, 5);
    document.querySelector('#answers').replaceChildren(...top.map(({ index, share }) => {
      const row = document.createElement('li');
      row.textContent = (net.labels?.[index] ?? 'class ' + index) + '  ' + (100 * share).toFixed(1) + ' %';
      return row;
    }));
    URL.revokeObjectURL(document.querySelector('#photo').src);
    document.querySelector('#photo').src = URL.createObjectURL(file);
    say(ms.toFixed(1) + ' ms');
  } catch (error) { say(error.message); }
}
loading.then((model) => model && say('Ready.'));
document.querySelector('#file').addEventListener('change', ({ target }) => target.files[0] && classify(target.files[0]));
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  if (event.dataTransfer.files[0]) classify(event.dataTransfer.files[0]);
});
`;
