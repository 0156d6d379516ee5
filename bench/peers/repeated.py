"""How long work takes that is done again and again in one process."""

import statistics
import time


def repeated(work, times):
    """The last result, and the median of the seconds on the wall and of the processor. One time more, before, does not count."""
    result = work()
    walls, processors = [], []
    for _ in range(times):
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return result, {"wall": statistics.median(walls), "cpu": statistics.median(processors)}
