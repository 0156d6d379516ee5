"""How the original reads a frame: the image SCI of a packed file, or the first of a plain one."""

import warnings

from astropy.io import fits

warnings.filterwarnings("ignore")


def read_sci(path):
    """The HDU itself, its pixels decompressed."""
    with fits.open(path) as hdus:
        hdu = (hdus["SCI"] if path.endswith(".fz") else hdus[0]).copy()
        hdu.data
    return hdu
