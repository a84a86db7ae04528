#!/usr/bin/env python3
"""What the accelerated token (totem.accelerated_window) gains: one ring of Mainstay nodes, with and without it in turn.

  bench/accelerated/accelerated.py [--transports knet,udp] [--nodes 3] [--sizes 1000] [--rate 200] [--delays 0,200,1000,5000]
                                   [--windows 17] [--seconds 2] [--repeat 3] [--raw FILE] [--with FILE ...] [--write]

Needs root, the lab (../shared/lab, or MAINSTAY_SHARED) with libcpg's header, and cc. Every host hangs on a cable of --rate Mbit/s and
--delays microseconds one way (link.c beside this file, since not every kernel has netem): so the wire, not this machine's processors, is what
messages wait for. The window is set in the running ring (corosync-cmapctl), and before each figure for the variant that is measured.

Throughput: all nodes send all they can; the slowest member's rate. Latency: all nodes send at a fixed rate, together half of what the ring
carried without the window; until a message is delivered to its sender in agreed order. --write puts the table into docs/benchmarks.md.
"""
import argparse
import json
import os
import statistics
import subprocess
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
HERE = os.path.dirname(os.path.realpath(__file__))
TITLES = {"knet": "knet", "knet-crypto": "knet, aes256/sha256", "udpu": "udpu", "udp": "udp (multicast)"}


class Cables:
    """A cable with a rate and a delay between every host and the switch."""

    def __init__(self, names):
        self.names, self.running = names, []
        self.program = os.path.join(bench.LAB_DIR, "link")
        subprocess.run(["cc", "-O2", "-Wall", "-o", self.program, os.path.join(HERE, "link.c")], check=True)

    def lay(self, rate, delay):
        self.cut()
        for name in self.names:
            port, inner, bridge = name + ".0", name + ".c", name + ".s"
            bench.lab("exec", "sw", "sh", "-c",
                      "ip link del %s 2>/dev/null; ip link set %s nomaster && ip link add %s type veth peer name %s &&"
                      " ip link set %s master br0 up && ip link set %s up" % (inner, port, inner, bridge, bridge, inner))
            self.running.append(bench.popen("sw", self.program, port, inner, rate, delay))
        time.sleep(0.5)
        if any(process.poll() is not None for process in self.running):
            raise SystemExit("accelerated.py: a cable does not work")

    def cut(self):
        for process in self.running:
            process.kill()
            process.wait()
        self.running = []


class Ring(plain.Ring):
    """A ring of Mainstay nodes whose window can be set."""

    def set_window(self, window):
        for name in self.names:
            bench.on(name, "%s/corosync-cmapctl -s totem.accelerated_window u32 %d" % (BIN, window), check=True)
        time.sleep(0.3)

    def behind_token(self):
        return sum(counters["totem.messages_sent_behind_token"] for counters in self.own())

    def ring_ids(self):
        return {json.loads(bench.on(name, "%s/mainstay ring status --output-format json" % BIN))["ring_id"] for name in self.names}

    def flood(self, size, seconds):
        before = self.behind_token()
        got = self.run_load([["flood", "-s", size, "-t", seconds, "-n", len(self.names)]] * len(self.names))
        return dict(megabytes=min(figures.get("MB_per_s", 0) for figures in got), gaps=sum(figures.get("gaps", 1) for figures in got),
                    behind=self.behind_token() - before)

    def paced(self, size, seconds, per_second):
        got = self.run_load([["ping", "-s", size, "-t", seconds, "-r", per_second, "-n", len(self.names)]] * len(self.names))
        return dict(p50=statistics.median(figures["self_us_p50"] for figures in got), p99=max(figures["self_us_p99"] for figures in got),
                    per_second=per_second * len(self.names))


def measure(options, ring, windows, note):
    paces = {}
    for size in options.sizes:
        ring.set_window(0)
        ring.flood(size, 1)
        for _ in range(options.repeat):
            for window in windows:
                ring.set_window(window)
                figures = ring.flood(size, options.seconds)
                note("throughput", size=size, window=window, **figures)
                if not window and size not in paces:
                    paces[size] = max(1, round(figures["megabytes"] * 1e6 / size / len(ring.names) / 2))
                if (figures["behind"] > 0) != (window > 0):
                    raise SystemExit("accelerated.py: window %d, and %d messages behind the token" % (window, figures["behind"]))
                time.sleep(0.2)
        for _ in range(options.repeat):
            for window in windows:
                ring.set_window(window)
                note("latency", size=size, window=window, **ring.paced(size, options.seconds, paces[size]))


def run(options):
    rows, program = [], plain.build()["mainstay"]
    subprocess.run([os.path.join(ROOT, "mainstay"), "--version"], check=True, stdout=subprocess.DEVNULL)
    for transport in options.transports:
        for count in options.nodes:
            ring = cables = None
            try:
                ring = Ring("mainstay", transport, count, program)
                cables = Cables(ring.names)
                for delay in options.delays:
                    def note(part, **figures):
                        row = dict(part=part, transport=transport, nodes=count, rate=options.rate, delay=delay,
                                   load=round(os.getloadavg()[0], 1), **figures)
                        rows.append(row)
                        print(json.dumps(row), flush=True)
                        if options.raw:
                            with open(options.raw, "a") as file:
                                file.write(json.dumps(row) + "\n")

                    cables.lay(options.rate, delay)
                    time.sleep(5)
                    formed = ring.ring_ids()
                    measure(options, ring, [0, *options.windows], note)
                    if ring.ring_ids() != formed:
                        print("# the ring formed anew: these figures do not count", flush=True)
            finally:
                if cables:
                    cables.cut()
                if ring:
                    ring.stop()
    return rows


def median(rows, figure, **where):
    values = [row[figure] for row in rows if figure in row and all(row[key] == value for key, value in where.items())]
    return statistics.median(values) if values else None


def table(rows):
    windows = sorted({row["window"] for row in rows} - {0})
    out = ["| transport | nodes | message | one way | window | throughput, MB/s | | at half load: p50, ms | | p99, ms |",
           "|---|---|---|---|---|---|---|---|---|---|"]
    keys = sorted({(list(TITLES).index(row["transport"]), row["nodes"], row["size"], row["delay"]) for row in rows})
    for transport, nodes, size, delay in keys:
        where = dict(transport=list(TITLES)[transport], nodes=nodes, size=size, delay=delay)
        for window in windows:
            line = []
            for part, figure, unit in (("throughput", "megabytes", 1), ("latency", "p50", 1000), ("latency", "p99", 1000)):
                without, got = (median(rows, figure, part=part, window=w, **where) for w in (0, window))
                line += ["", ""] if None in (without, got) else ["%.3g / %.3g" % (without / unit, got / unit), "**%.2f**" % (got / without)]
            line.pop()
            out.append("| %s | %d | %d B | %g ms | %d | %s |" % (TITLES[where["transport"]], nodes, size, delay / 1000, window, " | ".join(line)))
    return "\n".join(out)


def write(rows):
    loads = [row["load"] for row in rows]
    note = "Cables of %s Mbit/s; without / with the window, and the ratio. Medians of %d. %d cores; load average %.1f to %.1f meanwhile." % (
        ", ".join("%g" % rate for rate in sorted({row["rate"] for row in rows})),
        max(sum(1 for row in rows if all(row[k] == one[k] for k in ("part", "transport", "nodes", "delay", "size", "window"))) for one in rows),
        os.cpu_count(), min(loads), max(loads))
    document.publish("accelerated", note, table(rows))


def main():
    def numbers(text):
        return [int(part) for part in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transports", default=["knet", "udp"], type=lambda text: text.split(","))
    parser.add_argument("--nodes", default=[3], type=numbers)
    parser.add_argument("--sizes", default=[1000], type=numbers)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--delays", default=[0, 200, 1000, 5000], type=numbers)
    parser.add_argument("--windows", default=[17], type=numbers)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--raw")
    parser.add_argument("--with", dest="earlier", nargs="*", default=[])
    options = parser.parse_args()
    rows = run(options) if options.repeat else []
    for name in options.earlier:
        with open(name) as file:
            rows += [json.loads(line) for line in file]
    print(table(rows))
    if options.write:
        write(rows)


if __name__ == "__main__":
    main()
