"""What the Python original does for one result: flow.py median|brightness OUTPUT FRAME...

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


operation, output, frames = sys.argv[1], sys.argv[2], sys.argv[3:]
hdus = [read_sci(frame) for frame in frames]
result = {"brightness": brightness, "median": median}[operation](hdus)
write_packed(result, hdus[0].header.copy(), output)
stem = output.removesuffix(".fits.fz")
write_picture(output, stem + "-large.jpg")
write_picture(output, stem + "-small.jpg", (200, 200))
