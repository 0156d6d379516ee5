"""Reads the header of a packed frame with astropy, so often: header.py OUTPUT TIMES FRAME

Prints a JSON object with the seconds that one time takes, on the wall and of the processor; OUTPUT becomes the header's values.
"""

import json
import sys
import warnings

from astropy.io import fits

from repeated import repeated

warnings.filterwarnings("ignore")


def read_header():
    with fits.open(frame) as hdus:
        return hdus["SCI"].header.copy()


output, times, frame = sys.argv[1], int(sys.argv[2]), sys.argv[3]
header, times_taken = repeated(read_header, times)
with open(output, "w") as file:
    json.dump({key: value for key, value in header.items() if key.startswith("K0")}, file)
print(json.dumps(times_taken))
