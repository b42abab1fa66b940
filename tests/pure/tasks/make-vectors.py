"""Vectors of post-processing and metrics for vectors.test.ts: mAP by pycocotools, the rest in numpy, straight from the papers and the
sources of TensorFlow's Object Detection API, torchvision, MediaPipe and librosa. Usage: make-vectors.py test-data/tasks"""
import contextlib, io, json, sys
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

OUT = sys.argv[1]
rng = np.random.default_rng(14)
def r7(a): return [round(float(v), 7) for v in np.ravel(a)]
def rows(a): return [r7(v) for v in a]
def write(name, data):
    with open(f'{OUT}/{name}.json', 'w') as file: json.dump(data, file, separators=(',', ':')); file.write('\n')

def grid(maps, sizes):
    return np.array([[(y + .5) / H, (x + .5) / W, h, w] for k, (H, W) in enumerate(maps) for y in range(H) for x in range(W) for h, w in sizes[k]])
def tf_sizes(n, lo, hi, ratios, reduced):
    s = [lo + (hi - lo) * k / (n - 1) for k in range(n)] + [1.]
    size = lambda s, r: (s / np.sqrt(r), s * np.sqrt(r))
    out = [[size(s[k], r) for r in ratios] + [size(np.sqrt(s[k] * s[k + 1]), 1)] for k in range(n)]
    if reduced: out[0] = [size(.1, 1), size(s[0], 2), size(s[0], .5)]
    return out
def torch_sizes(n, lo, hi, ratios):
    s = [lo + (hi - lo) * k / (n - 1) for k in range(n)] + [1.]
    out = []
    for k in range(n):
        own = [(s[k], s[k]), (np.sqrt(s[k] * s[k + 1]),) * 2]
        for r in ratios: own += [(s[k] / np.sqrt(r), s[k] * np.sqrt(r)), (s[k] * np.sqrt(r), s[k] / np.sqrt(r))]
        out.append([(min(h, 1), min(w, 1)) for h, w in own])
    return out
maps = [(5, 7), (3, 4), (1, 1)]
cases = []
for ratios, reduced in (((1, 2, .5, 3, .3333), True), ((1, 2, .5), False)):
    a = grid(maps, tf_sizes(3, .2, .95, ratios, reduced))
    cases.append({'rule': 'tf', 'maps': maps, 'lo': .2, 'hi': .95, 'ratios': list(ratios), 'reduced': reduced, 'count': len(a), 'sum': r7(a.sum(0)), 'at': {str(i): r7(a[i]) for i in (0, 1, 2, 7, len(a) // 2, len(a) - 1)}})
a = grid(maps, torch_sizes(3, .25, .9, (2, 3)))[:, [1, 0, 3, 2]]
cases.append({'rule': 'torch', 'maps': maps, 'lo': .25, 'hi': .9, 'ratios': [2, 3], 'count': len(a), 'sum': r7(a.sum(0)), 'at': {str(i): r7(a[i]) for i in (0, 1, 2, 3, 4, 5, len(a) - 1)}})
write('anchors', cases)

anchors = grid([(2, 3), (1, 1)], tf_sizes(2, .2, .95, (1, 2, .5), True)); codes = rng.uniform(-4, 4, anchors.shape)
t = codes / [10, 10, 5, 5]; cy, cx = t[:, 0] * anchors[:, 2] + anchors[:, 0], t[:, 1] * anchors[:, 3] + anchors[:, 1]; h, w = np.exp(t[:, 2]) * anchors[:, 2], np.exp(t[:, 3]) * anchors[:, 3]
blaze_anchors = grid([(2, 2)], [[(1, 1)] * 2]); raw = rng.uniform(-40, 40, (8, 8)); c = raw[:, :2] / 128 + blaze_anchors[:, [1, 0]]; half = raw[:, 2:4] / 256
write('decode', {'scales': [10, 10, 5, 5], 'anchors_cy_cx_h_w': rows(anchors), 'encodings_ty_tx_th_tw': rows(codes), 'boxes_ymin_xmin_ymax_xmax': rows(np.stack([cy - h / 2, cx - w / 2, cy + h / 2, cx + w / 2], 1)),
    'torch_order': {'clamp': float(np.log(1000 / 16))},
    'blaze': {'map': [2, 2], 'anchors': 2, 'size': 128, 'codes': rows(raw), 'boxes_ymin_xmin_ymax_xmax': rows(np.stack([c[:, 1] - half[:, 1], c[:, 0] - half[:, 0], c[:, 1] + half[:, 1], c[:, 0] + half[:, 0]], 1)), 'points': rows(raw[:, 4:] / 128 + np.tile(blaze_anchors[:, [1, 0]], 2))}})

def iou(a, b):
    i = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1])); u = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - i
    return i / u if u > 0 else 0
cases = []
for n, classes, most, score, per, total in ((24, 3, .6, .3, 100, 100), (30, 1, .5, .05, 4, 100), (24, 3, .6, .3, 3, 6)):
    corner = rng.uniform(-.05, .7, (n, 2)); boxes = np.round(np.concatenate([corner, corner + rng.uniform(.1, .4, (n, 2))], 1), 4); boxes[3] = [.5, .5, .5, .7]
    scores = np.round(rng.uniform(0, 1, (n, classes)), 1); inside = np.clip(boxes, 0, 1); keep = []
    for k in range(classes):
        kept = []
        for i in sorted((i for i in range(n) if scores[i, k] > score and inside[i, 2] > inside[i, 0] and inside[i, 3] > inside[i, 1]), key=lambda i: (-scores[i, k], i)):
            if len(kept) < per and all(iou(inside[i], inside[j]) <= most for j in kept): kept.append(i)
        keep += [[k, float(scores[i, k]), i] for i in kept]
    keep.sort(key=lambda d: (-d[1], d[0], d[2]))
    cases.append({'boxes': rows(boxes), 'scores': rows(scores), 'iou': most, 'score': score, 'per_class': per, 'total': total, 'keep': keep[:total]})
write('nms', {'cases': cases})

cases = []
for k in range(2):
    truth, found = [], []
    for image in range(1, 4):
        for _ in range(rng.integers(2, 6)):
            box = np.round(np.concatenate([rng.uniform(0, 200, 2), rng.uniform(8, 160, 2)]), 2); kind = int(rng.integers(1, 4))
            truth.append({'id': len(truth) + 1, 'image_id': image, 'category_id': kind, 'bbox': box.tolist(), 'area': round(float(box[2] * box[3]), 2), 'iscrowd': int(k == 1 and rng.uniform() > .8)})
            for _ in range(rng.integers(0, 4)):
                moved = np.round(box * rng.uniform(.9, 1.1, 4), 2)
                found.append({'image_id': image, 'category_id': kind if rng.uniform() < .85 else int(rng.integers(1, 4)), 'bbox': moved.tolist(), 'score': round(float(rng.uniform()), 2)})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(); coco.dataset = {'info': {}, 'images': [{'id': i} for i in range(1, 4)], 'categories': [{'id': c} for c in (1, 2, 3)], 'annotations': [dict(g) for g in truth]}; coco.createIndex()
        e = COCOeval(coco, coco.loadRes([dict(d) for d in found]), 'bbox'); e.evaluate(); e.accumulate(); e.summarize()
    cases.append({'ground_truth': truth, 'detections': found, 'stats': dict(zip(['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl'], [round(float(v), 9) for v in e.stats]))})
write('map', {'cases': cases})

truth = rng.integers(0, 3, 60); mask = np.where(rng.uniform(size=60) < .6, truth, rng.integers(0, 4, 60)); truth[::11] = 255; open_ = truth != 255; ious = []
for c in range(5):
    union = ((truth == c) | (mask == c)) & open_
    ious.append(round(float(((truth == c) & (mask == c)).sum() / union.sum()), 9) if union.any() else None)
write('miou', {'cases': [{'classes': 5, 'truth': truth.tolist(), 'prediction': mask.tolist(), 'iou': ious, 'miou': round(float(np.mean([v for v in ious if v is not None])), 9), 'pixel_accuracy': round(float((truth == mask)[open_].mean()), 9)}]})

t = rng.uniform(0, 100, (3, 10, 2)); p = t + rng.normal(0, [[[2]], [[6]], [[12]]], t.shape)
error = 100 * np.linalg.norm(p - t, axis=2).mean(1) / np.linalg.norm(t[:, 2] - t[:, 7], axis=1)
write('nme', {'cases': [{'points': 10, 'outer_eye_corners': [2, 7], 'truth': rows(t), 'prediction': rows(p), 'nme_percent': r7(error), 'mean': round(float(error.mean()), 7), 'failure_rate_10': float((error > 10).mean()), 'auc_10': round(float(np.clip(1 - error / 10, 0, 1).mean()), 7)}]})

x = rng.uniform(size=20); cases = []
for y in (x, 2 * x, 1 - x, .6 * x + .3 * rng.uniform(size=20)):
    cases.append({'truth': r7(x), 'prediction': r7(y), 'ccc': round(float(2 * np.cov(x, y, bias=True)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)), 9)})
write('ccc', {'cases': cases})

xs = 3 * np.sin(np.arange(30) / 5) + rng.uniform(-.5, .5, 30); alpha = lambda c, dt: 1 / (1 + 1 / (2 * np.pi * c) / dt); y, d, out = xs[0], 0., [xs[0]]
for v in xs[1:]:
    a = alpha(1, 1 / 25); d = a * (v - y) * 25 + (1 - a) * d; a = alpha(1.2 + .05 * abs(d), 1 / 25); y = a * v + (1 - a) * y; out.append(y)
write('one-euro', {'dt': 1 / 25, 'min_cutoff': 1.2, 'beta': .05, 'input': [float(v) for v in xs], 'output': r7(out)})

latency, accuracy = [8., 4., 2., 3.5, 1.], [[.7, .6, .5, .45, .3], [.68, .5, .55, .4, .25]]
def lower_median(v): v = sorted(v[-5:]); return v[(len(v) - 1) // 2] if v else 1.
cases = []
for name, target, factors, kinds in (('step', 6., [1.] * 12 + [2.] * 12 + [1.] * 12, [0] * 36), ('never', .5, [1.] * 6, [0] * 6), ('scenes', 4.6, [1.] * 30, [0] * 10 + [1] * 10 + [0] * 10)):
    ratios, now, waited, chosen, estimates = [], int(np.argmin(latency)), 0, [], []
    noise = [round(float(v), 6) for v in rng.uniform(-.05, .05, len(factors))]
    for f, n, k in zip(factors, noise, kinds):
        fit = [b for b in range(5) if latency[b] * lower_median(ratios) <= target * .9]
        want = min(fit, key=lambda b: (-accuracy[k][b], latency[b])) if fit else int(np.argmin(latency))
        waited = waited + 1 if latency[want] > latency[now] else 0
        if latency[want] <= latency[now] or waited >= 3: now, waited = want, 0
        ratios.append(latency[now] * f * (1 + n) / latency[now]); chosen.append(now); estimates.append(round(lower_median(ratios), 9))
    cases.append({'name': name, 'sla': target, 'factors': factors, 'noise': noise, 'complexity': kinds, 'branch': chosen, 'estimate': estimates})
rgb = np.array([[[(5 * x + 3 * y + 40 * c) % 256 for c in range(3)] for x in range(13)] for y in range(9)]); luma = rgb @ [.299, .587, .114]
g = lambda k: sum(k[i][j] * luma[i:7 + i, j:11 + j] for i in range(3) for j in range(3))
density = np.minimum(255, abs(g([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])) + abs(g([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]))).mean() / 255
write('approxnet', {'latency_ms': latency, 'accuracy': accuracy, 'pareto_of_class_0': [4, 2, 1, 0], 'cases': cases, 'edge_density': {'pictures': [{'name': 'smooth', 'height': 9, 'width': 13, 'rule': '(5x + 3y + 40c) mod 256', 'density': float(density)}]}})

def mel(rate, fft, mels, lo, hi, scale):
    f = np.arange(fft // 2 + 1) * rate / fft
    if scale == 'slaney':
        to = lambda h: np.where(np.asarray(h, float) < 1000, np.asarray(h, float) * 3 / 200, 15 + np.log(np.maximum(h, 1e-9) / 1000) * 27 / np.log(6.4)); back = lambda m: np.where(m < 15, m * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (m - 15)))
    elif scale == 'htk': to = lambda h: 2595 * np.log10(1 + np.asarray(h) / 700); back = lambda m: 700 * (10 ** (m / 2595) - 1)
    else: to = lambda h: 1127 * np.log(1 + np.asarray(h) / 700); back = lambda m: m; 
    e = back(np.linspace(to(lo), to(hi), mels + 2)); x = to(f) if scale == 'tf' else f
    w = np.maximum(0, np.minimum((x[:, None] - e[:-2]) / np.diff(e)[:-1], (e[2:] - x[:, None]) / np.diff(e)[1:]))
    if scale == 'slaney': w = w * 2 / (e[2:] - e[:-2])
    if scale == 'tf': w[0] = 0
    return w
cases = []
for name, a in (('slaney', dict(n=64, hop=32, m=10, lo=0, hi=8000, scale='slaney', power=2, log='db', floor=1e-10, unit=True)), ('tf', dict(n=128, win=100, hop=40, m=16, lo=125, hi=7500, scale='tf', power=1, log='ln', off=1e-3)), ('htk', dict(n=128, win=100, hop=40, m=12, lo=20, hi=7600, scale='htk', power=2, log='ln', off=1e-6))):
    t = np.arange(8000) / 16000; x = (.5 * np.sin(2 * np.pi * 440 * t) + .25 * np.sin(2 * np.pi * (900 + 300 * t) * t)).astype(np.float32).astype(float)
    if 'unit' in a: x = (x - x.mean()) / np.sqrt(x.var() + 1e-7)
    win = a.get('win', a['n']); n = 1 + (8000 - win) // a['hop']; frames = np.stack([x[i * a['hop']:i * a['hop'] + win] for i in range(n)]) * (.5 - .5 * np.cos(2 * np.pi * np.arange(win) / win))
    y = abs(np.fft.rfft(frames, a['n'])) ** a['power'] @ mel(16000, a['n'], a['m'], a['lo'], a['hi'], a['scale'])
    y = 10 * np.log10(np.maximum(y, a['floor'])) if a['log'] == 'db' else np.log(y + a['off'])
    cases.append({'name': name, 'arguments': a, 'noise': 0, 'frames': n, 'mels': a['m'], 'mean': float(y.mean()), 'std': float(y.std()), 'at': [[i, j, round(float(y[i, j]), 6)] for i, j in ((0, 0), (1, 5), (n // 2, 3), (n - 1, a['m'] - 1))], 'filterbank_sum_per_mel': r7(mel(16000, a['n'], a['m'], a['lo'], a['hi'], a['scale']).sum(0))})
write('log-mel', {'salt': 'a', 'cases': cases})
