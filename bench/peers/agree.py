"""Whether two results of the flow agree: agree.py ONE OTHER, both .fits.fz with their pictures beside them.

Prints a JSON object: `steps`, by how much pixels differ at most, as a part of the sum of half the steps in which the two files keep their row;
`sizes`, whether the large pictures have the same size, and the small ones about it; `grey`, the difference of the large pictures' mean;
`likeness`, their correlation.
"""

import json
import sys

import numpy as np
from astropy.io import fits
from PIL import Image

from sci import read_sci


def half_steps(path, height):
    """Of each row; 0 for one that is kept as it was."""
    with fits.open(path, disable_image_compression=True) as hdus:
        table = hdus["SCI"].data
        if "ZSCALE" not in table.names:
            return np.zeros(height)
        return np.nan_to_num(np.array(table["ZSCALE"], float)) / 2


def pictures(path):
    stem = path.removesuffix(".fits.fz")
    Image.MAX_IMAGE_PIXELS = None
    return [Image.open(f"{stem}-{size}.jpg").convert("L") for size in ("large", "small")]


one, other = sys.argv[1:]
data, right = [read_sci(path).data.astype(float) for path in (one, other)]
allowed = half_steps(one, len(data)) + half_steps(other, len(right))
# The last bits of float32 are rounded once more when steps are added.
rounding = np.spacing(np.abs(right).max(axis=1).astype(np.float32)) * 2
steps = np.abs(data - right).max(axis=1) / (allowed + rounding)
(large, small), (right_large, right_small) = pictures(one), pictures(other)
sizes = large.size == right_large.size and all(abs(a - b) <= 1 for a, b in zip(small.size, right_small.size))
shades, right_shades = np.asarray(large, float), np.asarray(right_large, float)
grey = abs(shades.mean() - right_shades.mean())
likeness = np.corrcoef(shades.ravel(), right_shades.ravel())[0, 1] if sizes else 0
print(json.dumps({"steps": float(steps.max()), "sizes": bool(sizes), "grey": float(grey), "likeness": float(likeness)}))
