"""Runs a command, and tells what it took: measure.py RESULT COMMAND...

RESULT becomes a JSON object: `wall` and `cpu` in seconds, `rss` in bytes. `cpu` is that of the command and of all it has started and waited
for, in user and kernel mode; `rss` the largest that one of these processes was, and no less than what this script takes. It is what the kernel
tells by wait4(), nothing is sampled. Ends as the command did. A command that goes on for a quarter of an hour is
killed, and so it is when this script is told to end.
"""

import json
import os
import signal
import sys
import time

LIMIT_SECONDS = 900

result, command = sys.argv[1], sys.argv[2:]
start = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ)


def end_with_command(*_):
    os.kill(child, signal.SIGKILL)
    os._exit(128 + signal.SIGTERM)


signal.signal(signal.SIGTERM, end_with_command)
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.alarm(LIMIT_SECONDS)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
with open(result, "w") as file:
    json.dump({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss * 1024}, file)
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
