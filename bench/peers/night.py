"""A night's work, with astropy and NumPy: night.py METHOD OUTPUT FRAME...

brightness   every pixel 100 brighter
subtract     all frames but the last one, less that: OUTPUT becomes a folder with a file for each
stack-each   the sum of the frames, NaN missing, read one after the other
stack-all    the same of all frames at once
formula      (a - median(b)) / c * 1.5 in float64, NaN missing in the median
formula-float32   the same in float32, and no pixel missing

OUTPUT becomes an uncompressed float32 image with the header of the first frame. Frames are read as `fits.getdata` does it, which maps them.
"""

import os
import sys
import warnings

import numpy as np
from astropy.io import fits

warnings.filterwarnings("ignore")

BRIGHTER_BY = 100


def brightness(frames):
    return fits.getdata(frames[0]) + np.float32(BRIGHTER_BY)


def stack_each(frames):
    total, missing_in_all = 0, True
    for frame in frames:
        data = fits.getdata(frame).astype(float)
        missing = np.isnan(data)
        data[missing] = 0
        total += data
        missing_in_all &= missing
    total[missing_in_all] = np.nan
    return total


def stack_all(frames):
    cube = np.array([fits.getdata(frame) for frame in frames], np.float32)
    total = np.nansum(cube, axis=0, dtype=float)
    total[np.isnan(cube).all(axis=0)] = np.nan
    return total


def formula(frames):
    a, b, c = [fits.getdata(frame).astype(float) for frame in frames]
    return (a - np.nanmedian(b)) / c * 1.5


def formula_float32(frames):
    a, b, c = [fits.getdata(frame) for frame in frames]
    return (a - np.median(b)) / c * np.float32(1.5)


def write(data, like, path):
    fits.writeto(path, np.asarray(data, np.float32), fits.getheader(like))


def subtract(frames, folder):
    *minuends, subtrahend = frames
    less = fits.getdata(subtrahend)
    os.mkdir(folder)
    for index, frame in enumerate(minuends):
        write(fits.getdata(frame) - less, frame, os.path.join(folder, f"result-{index}.fits"))


METHODS = {
    "brightness": brightness,
    "stack-each": stack_each,
    "stack-all": stack_all,
    "formula": formula,
    "formula-float32": formula_float32,
}

method, output, frames = sys.argv[1], sys.argv[2], sys.argv[3:]
if method == "subtract":
    subtract(frames, output)
else:
    write(METHODS[method](frames), frames[0], output)
