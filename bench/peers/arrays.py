"""The median of frames that are in memory, with NumPy, so often: arrays.py OUTPUT TIMES FRAME...

Prints a JSON object with the seconds that one time takes, on the wall and of the processor; OUTPUT becomes the result as float32 image.
"""

import json
import sys

import numpy as np
from astropy.io import fits

from repeated import repeated
from sci import read_sci

output, times, frames = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
cube = np.array([read_sci(frame).data for frame in frames], np.float32)
result, times_taken = repeated(lambda: np.median(cube, axis=0), times)
fits.PrimaryHDU(result).writeto(output)
print(json.dumps(times_taken))
