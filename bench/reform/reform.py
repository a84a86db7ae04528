#!/usr/bin/env python3
"""Time from the loss of a ring daemon or its host to the new configuration on all survivors, Mainstay beside Corosync, in the same lab and run.

  bench/reform/reform.py [--nodes 3,5,8] [--faults kill,poweroff] [--repeat 2] [--stacks corosync,mainstay] [--transport knet] [--token 3000]
                         [--write] [--raw FILE] [--with FILE]

Needs root, the lab (../shared/lab, or MAINSTAY_SHARED) and Corosync. Only the rings run. Both get the corosync.conf that the lab writes; the
victim is another node each time. The time is that of the last survivor's log line "A new membership", counted from the signal to the
daemon, or from the order to the power switch. --write puts the table into docs/benchmarks.md; --raw appends one JSON object per
measurement; --with adds the measurements of an earlier --raw file.
"""
import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "bench"))
sys.path.insert(0, os.path.join(ROOT, "bench", "failover"))
import document  # noqa: E402
import stacks  # noqa: E402
from stacks import bench  # noqa: E402

FAULTS = {"kill": "`kill -9` of the ring daemon", "poweroff": "power-off"}
LOG = "%s/%s/cow/var/log/corosync/corosync.log"
BOOT = {
    "corosync": "#!/bin/sh\n[ \"$1\" = start ] && exec corosync\n",
    "mainstay": "#!/bin/sh\n[ \"$1\" = start ] || exit 0\nmkdir -p /var/log/corosync\n"
                "setsid %s/mainstay-ring </dev/null >/dev/null 2>&1 &\n" % stacks.Mainstay.BIN,
}
PROCESS = {"corosync": "corosync", "mainstay": "mainstay-ring"}
FORMED = {"corosync": r"QUORUM.*Members\[%d\]", "mainstay": r"A new membership .* Members:(?: \d+){%d}(?: joined|\s*$)"}


def say(text):
    print("# %s %s" % (time.strftime("%H:%M:%S"), text), flush=True)


def lines(node, since):
    """(time, text) of the host's ring log from a moment on."""
    found = []
    try:
        with open(LOG % (bench.LAB_DIR, node), errors="replace") as file:
            for line in file:
                stamp = bench.stamp(line)
                if stamp and stamp >= since:
                    found.append((stamp, line.rstrip()))
    except OSError:
        pass
    return found


def formed(stack, nodes, count, since):
    pattern = re.compile(FORMED[stack] % count)
    return all(any(pattern.search(text) for _, text in lines(node, since)) for node in nodes)


def ring_process(stack, node):
    return next((pid for pid, name in bench.procs_of(node).items() if name == PROCESS[stack]), None)


def start(stack, node):
    bench.on(node, "/etc/lab/boot start", check=True)


class Ring:
    def __init__(self, stack, count, options):
        self.stack, self.names = stack, ["n%d" % i for i in range(1, count + 1)]
        bench.lab("down", check=False)
        bench.lab("up", count)
        bench.lab("corosync", count, "--only-corosync", "--no-start", "--no-boot", "--transport", options.transport, "--token", options.token)
        since = time.time()
        for name in self.names:
            path = "/proc/%d/root/etc/lab/boot" % bench.hostpid(name)
            with open(path, "w") as file:
                file.write(BOOT[stack])
            os.chmod(path, 0o755)
        for name in self.names:
            start(stack, name)
        bench.wait_for("the first ring", lambda: formed(stack, self.names, count, since), 60, 0.1)

    def measure(self, fault, victim):
        """Seconds from the fault to the new configuration on all others."""
        time.sleep(2.5)
        others = [name for name in self.names if name != victim]
        pid = ring_process(self.stack, victim)
        began = time.time()
        if fault == "kill":
            os.kill(pid, signal.SIGKILL)
        else:
            bench.lab("poweroff", victim)
        bench.wait_for("the new ring", lambda: formed(self.stack, others, len(others), began), 60, 0.05)
        time.sleep(0.2)
        news = [stamp for name in others for stamp, text in lines(name, began) if "A new membership (" in text]
        returned = time.time()
        if fault == "poweroff":
            bench.lab("poweron", victim)
            bench.on(victim, "true")
        if ring_process(self.stack, victim) is None:
            start(self.stack, victim)
        bench.wait_for("all back", lambda: formed(self.stack, self.names, len(self.names), returned), 90, 0.1)
        return max(news) - began


def run(options):
    rows = []
    for count in options.nodes:
        for stack in options.stacks:
            ring = Ring(stack, count, options)
            for index in range(options.repeat):
                for number, fault in enumerate(options.faults):
                    victim = ring.names[(count - 1 + (2 * index) + number) % count]
                    seconds = ring.measure(fault, victim)
                    row = dict(stack=stack, nodes=count, fault=fault, transport=options.transport, token=options.token, victim=victim,
                               seconds=round(seconds, 3), load=round(os.getloadavg()[0], 1))
                    rows.append(row)
                    say(json.dumps(row))
                    if options.raw:
                        with open(options.raw, "a") as file:
                            file.write(json.dumps(row) + "\n")
    return rows


def table(rows):
    out = ["| fault | nodes | Corosync, s | Mainstay, s | of Corosync's |", "|---|---|---|---|---|"]
    for fault in FAULTS:
        for count in sorted({row["nodes"] for row in rows}):
            cells, medians = [], []
            for stack in ("corosync", "mainstay"):
                seconds = [row["seconds"] for row in rows if (row["stack"], row["nodes"], row["fault"]) == (stack, count, fault)]
                if seconds:
                    medians.append(statistics.median(seconds))
                    cells.append("%.2f (%.2f to %.2f, n = %d)" % (medians[-1], min(seconds), max(seconds), len(seconds)))
            if len(cells) == 2:
                out.append("| %s | %d | %s | %s | %.0f %% |" % (FAULTS[fault], count, *cells, 100 * medians[1] / medians[0]))
    return "\n".join(out)


def write(rows):
    first = rows[0]
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "corosync"], text=True, capture_output=True).stdout
    loads = [row["load"] for row in rows]
    note = ("Transport %s, token %d ms, Corosync %s, %d cores for all hosts together; load average %.1f to %.1f meanwhile. Median (least to most)."
            % (first["transport"], first["token"], version, os.cpu_count(), min(loads), max(loads)))
    document.publish("reform", note, table(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", default="3,5,8", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--faults", default="kill,poweroff", type=lambda text: text.split(","))
    parser.add_argument("--stacks", default="corosync,mainstay", type=lambda text: text.split(","))
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--transport", default="knet")
    parser.add_argument("--token", type=int, default=3000)
    parser.add_argument("--raw")
    parser.add_argument("--with", dest="earlier")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    try:
        rows = run(options)
    finally:
        bench.lab("down", check=False)
    if options.earlier:
        with open(options.earlier) as file:
            rows = [json.loads(line) for line in file] + rows
    print(table(rows))
    if options.write:
        write(rows)


if __name__ == "__main__":
    main()
