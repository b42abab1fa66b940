#!/usr/bin/env python3
"""Writes test-data/preprocess/pillow.json: what Pillow, torchvision and PyTorch Image Models make of small pictures, and what Pillow decodes.

Run by hand, no part of `npm test`; needs Python 3.10 or newer with `torchvision`, `timm` and `pillow`:

    python tests/pure/preprocess/make-fixtures.py

Small pictures are not stored: channel c of pixel (x, y) is (37 x + 91 y + 53 c + 7 x y) mod 256. Of photos only hashes are stored.
Also writes the small JPEG and PNG files beside it: every EXIF orientation, progressive, and PNG's kinds of pixel.
"""
import base64
import hashlib
import json
import pathlib

import numpy
from PIL import Image, ImageOps
from timm.data import create_transform
from timm.data.transforms import ResizeKeepRatio

root = pathlib.Path(__file__).parents[3]
out = root / "test-data" / "preprocess"
out.mkdir(parents=True, exist_ok=True)


def pattern(width, height):
    y, x, c = numpy.mgrid[0:height, 0:width, 0:3]
    return Image.fromarray(((37 * x + 91 * y + 53 * c + 7 * x * y) % 256).astype(numpy.uint8))


def seen(image, size, crop, interpolation):
    transform = create_transform((3, *size), is_training=False, interpolation=interpolation, crop_pct=crop, mean=(0, 0, 0), std=(1, 1, 1))
    if size[0] != size[1]:  # its default filter is bilinear whatever the checkpoint says
        transform.transforms[0] = ResizeKeepRatio(transform.transforms[0].size, interpolation=interpolation)
    return (transform(image).numpy().transpose(1, 2, 0) * 255).round().astype(numpy.uint8)


cases = []
for width, height in [(61, 47), (47, 61), (20, 20), (500, 31)]:
    for size, crop in [((16, 16), 1.0), ((15, 15), 0.875), ((24, 20), 0.95), ((70, 70), 0.9)]:
        if size[0] == 70 and width != 61:
            continue
        for interpolation in ("bilinear", "bicubic"):
            rgb = seen(pattern(width, height), size, crop, interpolation)
            cases.append({"picture": [width, height], "size": size, "crop": crop, "interpolation": interpolation, "rgb": base64.b64encode(rgb.tobytes()).decode()})

sha = lambda data: hashlib.sha256(data).hexdigest()
photos = []
for name in ("cat", "espresso", "rocket"):
    image = Image.open(root / "public" / "samples" / f"{name}.jpg").convert("RGB")
    photos.append({"file": f"public/samples/{name}.jpg", "rgba": sha(image.convert("RGBA").tobytes()), "seen224": sha(seen(image, (224, 224), 1.0, "bicubic").tobytes())})

small = pattern(24, 17).resize((48, 34), Image.BICUBIC)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    small.save(out / f"orientation-{orientation}.jpg", exif=exif)
small.save(out / "progressive.jpg", progressive=True, subsampling=1)
small.convert("L").save(out / "gray.jpg")
small.convert("CMYK").save(out / "cmyk.jpg")
small.save(out / "rgb.png")
transparent = small.copy()
transparent.putalpha(Image.linear_gradient("L").resize(small.size))
transparent.save(out / "rgba.png")
small.convert("P").save(out / "palette.png", transparency=5)
transparent.convert("LA").save(out / "gray-alpha.png")
Image.fromarray(numpy.asarray(small.convert("L")).astype(numpy.uint16) * 257).save(out / "gray-16.png")
files = []
for path in sorted([*out.glob("*.jpg"), *out.glob("*.png")]):
    if path.name == "cmyk.jpg":
        continue
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode.startswith("I;16"):
        image = Image.fromarray((numpy.asarray(image) >> 8).astype(numpy.uint8))
    files.append({"file": path.name, "width": image.width, "height": image.height, "rgba": sha(image.convert("RGBA").tobytes())})

(out / "pillow.json").write_text(json.dumps({"cases": cases, "photos": photos, "files": files}, indent=1) + "\n")
