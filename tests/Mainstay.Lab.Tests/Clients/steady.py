#!/usr/bin/env python3
"""Lines for a sender: TAG-0, TAG-1 ... padded with dots to changing lengths, at a rate, until a file appears.

  steady.py TAG RATE STOPFILE | sender
"""
import os
import sys
import time

# Short ones share packets, long ones are cut into many.
LENGTHS = (20, 32, 20, 300, 20, 1400, 20, 32, 9000, 20, 32, 2000)


def main():
    tag, pause, stop = sys.argv[1], 1 / float(sys.argv[2]), sys.argv[3]
    number = 0
    while not os.path.exists(stop):
        text = "%s-%d" % (tag, number)
        sys.stdout.write(text.ljust(LENGTHS[number % len(LENGTHS)], ".") + "\n")
        sys.stdout.flush()
        number += 1
        time.sleep(pause)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(1)
