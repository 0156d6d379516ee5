"""What the Python original does for one result: flow.py METHOD OUTPUT FRAME...

brightness   the frame, 100 brighter
median       of all frames
subtract     the first frame less the last
stack        the sum of all frames, NaN missing
formula      (a - median(b)) / c * 1.5 of the first three

It reads the frames, makes the result, writes it as a Rice-compressed image as astropy does by itself, and reads that again for each of two
pictures: the limits of zscale, a stretch to 8 bits, a JPEG of the whole size and one of 200 pixels.
"""

import sys

import numpy as np
from astropy.io import fits
from astropy.visualization import ZScaleInterval
from PIL import Image

from sci import read_sci

BRIGHTER_BY = 100


def brightness(hdus):
    return hdus[0].data + np.float32(BRIGHTER_BY)


def median(hdus):
    height = min(hdu.data.shape[0] for hdu in hdus)
    width = min(hdu.data.shape[1] for hdu in hdus)
    flat = [hdu.data[:height, :width].ravel() for hdu in hdus]
    return np.median(flat, axis=0, overwrite_input=True).reshape(height, width)


def subtract(hdus):
    return hdus[0].data - hdus[-1].data


def stack(hdus):
    cube = np.array([hdu.data for hdu in hdus])
    total = np.nansum(cube, axis=0, dtype=float)
    total[np.isnan(cube).all(axis=0)] = np.nan
    return total.astype(np.float32)


def formula(hdus):
    a, b, c = [hdu.data for hdu in hdus[:3]]
    return ((a - np.nanmedian(b)) / c * 1.5).astype(np.float32)


METHODS = {"brightness": brightness, "median": median, "subtract": subtract, "stack": stack, "formula": formula}


def write_packed(data, header, path):
    primary = fits.PrimaryHDU(header=fits.Header([("DLAB_KEY", "benchmark")]))
    packed = fits.CompImageHDU(data=data, header=header, name="SCI")
    fits.HDUList([primary, packed]).writeto(path)


def write_picture(packed, path, size=None):
    data = fits.getdata(packed, "SCI")
    low, high = ZScaleInterval().get_limits(data)
    grey = np.clip((data - low) * (255.0 / (high - low)), 0, 255).astype(np.uint8)
    picture = Image.fromarray(grey[::-1])
    if size is not None:
        picture.thumbnail(size)
    picture.save(path)


method, output, frames = sys.argv[1], sys.argv[2], sys.argv[3:]
hdus = [read_sci(frame) for frame in frames]
result = METHODS[method](hdus)
write_packed(result, hdus[0].header.copy(), output)
stem = output.removesuffix(".fits.fz")
write_picture(output, stem + "-large.jpg")
write_picture(output, stem + "-small.jpg", (200, 200))
