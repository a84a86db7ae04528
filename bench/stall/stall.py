#!/usr/bin/env python3
"""The longest time that a ring daemon's loop stands still under load: is the token ever kept waiting by this process?

  bench/stall/stall.py [--minutes 10] [--nodes 3] [--transport knet-crypto] [--size 1000] [--share 0.5] [--raw FILE] [--write]

Needs root, the lab (../shared/lab, or MAINSTAY_SHARED) with libcpg's header, and cc. A ring of Mainstay nodes carries messages of all members
for --minutes: --share of the time all they can send, else a hundred messages a second each, in turns of ten seconds. The daemons' own counters are
read after start-up and the first ten seconds of load, set to zero, and read again at the end:

  loop.turn_max_us         the longest the loop was busy between two waits: nothing else was read or sent meanwhile
  loop.wakeup_late_max_us  the most that the kernel woke it too late for a timer (other work on the machine, most of all)
  gc.*                     collections of garbage, and the time that all of them together stopped the process

--write puts the result into docs/benchmarks.md.
"""
import argparse
import json
import os
import sys
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "bench"))
sys.path.insert(0, os.path.join(ROOT, "bench", "failover"))
sys.path.insert(0, os.path.join(ROOT, "bench", "ring"))
import document  # noqa: E402
import ring as plain  # noqa: E402
import stacks  # noqa: E402
from stacks import bench  # noqa: E402

BIN = stacks.Mainstay.BIN
TURN_S = 10
LONGEST = ("loop.turn_max_us", "loop.wakeup_late_max_us")
ADDED = ("gc.collections", "gc.pause_total_us", "loop.turns", "loop.allocated_bytes")


def say(text):
    print("# %s %s" % (time.strftime("%H:%M:%S"), text), flush=True)


def carry(ring, size, flooding):
    """One turn of load; the messages that the slowest member got."""
    mode = ["flood", "-s", size] if flooding else ["ping", "-s", size, "-r", 100]
    got = ring.run_load([[*mode, "-t", TURN_S, "-n", len(ring.names)]] * len(ring.names))
    if any(figures.get("gaps", 1) for figures in got):
        raise SystemExit("stall.py: gaps in what a member got")
    return min(figures.get("got", 0) for figures in got)


def clear(ring):
    for name in ring.names:
        bench.on(name, "%s/corosync-cmapctl -s stats.clear.all u32 1" % BIN, check=True)


def rings(ring):
    return [json.loads(bench.on(name, "%s/mainstay ring status --output-format json" % BIN))["ring_id"] for name in ring.names]


def run(options):
    ring = plain.Ring("mainstay", options.transport, options.nodes, plain.build()["mainstay"])
    try:
        start = ring.own()
        say("after start-up: %s" % json.dumps([{key: counters[key] for key in LONGEST} for counters in start]))
        carry(ring, options.size, True)
        first = ring.own()
        clear(ring)
        formed, began, floods, messages, loads = rings(ring), time.time(), 0, 0, []
        while time.time() - began < options.minutes * 60 - TURN_S / 2:
            done = (time.time() - began) / TURN_S
            flooding = floods <= options.share * done
            floods += flooding
            messages += carry(ring, options.size, flooding)
            loads.append(os.getloadavg()[0])
        minutes = (time.time() - began) / 60
        if rings(ring) != formed:
            say("the ring formed anew meanwhile: %s, was %s" % (rings(ring), formed))
        last = ring.own()
    finally:
        ring.stop()
    rows = []
    for index, name in enumerate(ring.names):
        row = dict(node=name, transport=options.transport, size=options.size, minutes=round(minutes, 1), messages=round(messages),
                   load=[round(min(loads), 1), round(max(loads), 1)])
        row.update({"start:" + key: first[index][key] for key in LONGEST})
        row.update({key: last[index][key] for key in LONGEST})
        row.update({key: last[index][key] - first[index][key] for key in ADDED})
        rows.append(row)
        print(json.dumps(row), flush=True)
    return rows


def table(rows):
    out = ["| node | longest turn of the loop, ms | latest wake-up by the kernel, ms | in start-up: turn, wake-up, ms | collections | "
           "stopped by them, ms (all together) | allocated by the loop, bytes per turn |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        out.append("| %s | %.1f | %.1f | %.1f, %.1f | %d | %.1f | %.2f |" % (
            row["node"], *(row[key] / 1000 for key in LONGEST), *(row["start:" + key] / 1000 for key in LONGEST),
            row["gc.collections"], row["gc.pause_total_us"] / 1000, row["loop.allocated_bytes"] / max(1, row["loop.turns"])))
    return "\n".join(out)


def write(rows):
    row = rows[0]
    note = "Ring of %d, %s, messages of %d bytes, %.1f minutes, %s messages; load average %.1f to %.1f on %d cores." % (
        len(rows), plain.TITLES[row["transport"]], row["size"], row["minutes"], "{:,}".format(row["messages"]), *row["load"], os.cpu_count())
    document.publish("stall", note, table(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--transport", default="knet-crypto", choices=list(plain.TITLES))
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--raw")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows = run(options)
    if options.raw:
        with open(options.raw, "a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    print(table(rows))
    if options.write:
        write(rows)


if __name__ == "__main__":
    main()
