"""The median of frames: median.py original|bottleneck|ccdproc OUTPUT FRAME...

OUTPUT becomes an uncompressed float32 image. `original` does it the way of the Python original: it reads all frames, crops them to their
common size, and has NumPy take the median of a list of flat arrays.
"""

import sys

import numpy as np
from astropy.io import fits

from sci import read_sci


def original(frames):
    arrays = [read_sci(frame).data for frame in frames]
    height = min(array.shape[0] for array in arrays)
    width = min(array.shape[1] for array in arrays)
    flat = [array[:height, :width].ravel() for array in arrays]
    return np.median(flat, axis=0, overwrite_input=True).reshape(height, width)


def bottleneck(frames):
    from bottleneck import median

    first = read_sci(frames[0]).data
    cube = np.empty((len(frames), *first.shape), np.float32)
    cube[0] = first
    for index, frame in enumerate(frames[1:], 1):
        cube[index] = read_sci(frame).data
    return median(cube, axis=0)


def ccdproc(frames):
    from astropy import log

    log.setLevel("ERROR")
    from ccdproc import combine

    hdu = 1 if frames[0].endswith(".fz") else 0
    return combine(frames, method="median", unit="adu", dtype=np.float32, hdu=hdu).data


method, output, frames = sys.argv[1], sys.argv[2], sys.argv[3:]
result = {"original": original, "bottleneck": bottleneck, "ccdproc": ccdproc}[method](frames)
fits.PrimaryHDU(np.asarray(result, np.float32)).writeto(output)
