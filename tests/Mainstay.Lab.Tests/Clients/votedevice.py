#!/usr/bin/env python3
"""A quorum device of the reference's libvotequorum that always votes for its node, and whose vote alone is enough (master wins).

  votedevice.py NAME      until it is killed; prints "registered" when it counts
"""
import ctypes
import re
import subprocess
import sys
import time

OK = 1
library = ctypes.CDLL("libvotequorum.so.8")


class RingId(ctypes.Structure):
    _fields_ = [("node", ctypes.c_uint32), ("sequence", ctypes.c_uint64)]


def call(name, *arguments):
    result = getattr(library, name)(*arguments)
    if result != OK:
        print("%s: error %d" % (name, result), flush=True)
    return result


def ring():
    text = subprocess.run(["corosync-quorumtool", "-s"], text=True, capture_output=True).stdout
    found = re.search(r"Ring ID: +(\w+)\.(\w+)", text)
    return RingId(int(found[1], 16), int(found[2], 16)) if found else None


def main():
    handle, name = ctypes.c_uint64(), sys.argv[1].encode()
    library.votequorum_qdevice_poll.argtypes = [ctypes.c_uint64, ctypes.c_char_p, ctypes.c_uint, RingId]
    if call("votequorum_initialize", ctypes.byref(handle), None) != OK or call("votequorum_qdevice_register", handle, name) != OK:
        sys.exit(1)
    call("votequorum_qdevice_master_wins", handle, name, 1)
    print("registered", flush=True)
    while True:
        now = ring()
        if now is not None:
            call("votequorum_qdevice_poll", handle, name, 1, now)
        time.sleep(0.3)


if __name__ == "__main__":
    main()
