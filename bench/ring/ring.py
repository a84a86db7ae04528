#!/usr/bin/env python3
"""What the ring carries and costs: mainstay-ring beside Corosync, in the same lab, minute and run, with the same corosync.conf and load.

  bench/ring/ring.py [--transports knet,knet-crypto,udpu] [--nodes 1,2,3,5] [--sizes 64,1000,10000,100000,1000000] [--seconds 1]
                     [--repeat 1] [--idle-seconds 30] [--idle-after 60]
                     [--parts throughput,latency,idle] [--quick] [--write] [--raw FILE] [--with FILE]
                     [--before COMMAND] [--after COMMAND] [--stolen-max PERCENT]

Needs root, the lab (../shared/lab, or MAINSTAY_SHARED), Corosync with libcpg's header, and cc. Both rings stand side by side, each in a lab
of its own; every measurement is made on the one, then on the other, while the first is idle. The load is the lab's cpgload, linked with
libcpg for Corosync and with mainstay_cpg.c for Mainstay.

Both rings are loaded for a second that does not count. Throughput: one sender sends all it can; what counts is the slowest member's rate.
Latency: a member sends 64 bytes 100 times a second for three times --seconds; own: until it is delivered to itself in agreed order; others:
until the slowest other member has it. Idle: the ring daemon of each node. On a virtual machine each measurement notes how much processor
time the host's other guests took meanwhile (stolen): a 99th percentile of any ring is theirs where that is more than a few per cent.
--stolen-max leaves measurements of either ring beside more than that out of the tables; their number is told, and --raw has them all.
--write puts the tables into docs/benchmarks.md; --raw appends one JSON object per measurement; --with adds those of an earlier --raw
file. --before and --after are run around each group of measurements, to quieten the machine.
"""
import argparse
import json
import os
import re
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

STACKS = ("corosync", "mainstay")
PROCESS = {"corosync": "corosync", "mainstay": "mainstay-ring"}
START = {
    "corosync": "corosync",
    "mainstay": "mkdir -p /var/log/corosync; setsid %s/mainstay-ring </dev/null >/dev/null 2>&1 &" % stacks.Mainstay.BIN,
}
FORMED = {"corosync": r"QUORUM.*Members\[%d\]", "mainstay": r"A new membership .* Members:(?: \d+){%d}(?: joined|\s*$)"}
LAB_DIRS = {stack: "%s-%s" % (bench.LAB_DIR, stack) for stack in STACKS}
TITLES = {"knet": "knet, plain", "knet-crypto": "knet, aes256/sha256", "udpu": "udpu"}
QUICK = dict(transports=["knet"], nodes=[3], sizes=[64, 1000, 100000], repeat=1)


def say(text):
    print("# %s %s" % (time.strftime("%H:%M:%S"), text), flush=True)


def build():
    """The load generator for each ring."""
    source, shim = os.path.join(stacks.SHARED, "lab", "cpgload.c"), os.path.join(ROOT, "bench", "ring", "mainstay_cpg.c")
    made = {}
    for stack, rest in (("corosync", ["-lcpg"]), ("mainstay", [shim])):
        os.makedirs(LAB_DIRS[stack], exist_ok=True)
        made[stack] = os.path.join(LAB_DIRS[stack], "cpgload")
        subprocess.run(["cc", "-O2", "-o", made[stack], source, *rest], check=True)
    return made


class Host:
    """The processors since a moment."""

    def __init__(self):
        self.since, self.before = time.time(), self.stolen()

    @staticmethod
    def stolen():
        """Seconds that the processors were ready and the machine's own host ran others."""
        with open("/proc/stat") as file:
            return int(file.readline().split()[8]) / os.sysconf("SC_CLK_TCK")

    def figures(self):
        """What a measurement notes of the machine it was made on."""
        percent = 100 * (self.stolen() - self.before) / (time.time() - self.since) / os.cpu_count()
        return dict(load=round(os.getloadavg()[0], 1), stolen_percent=round(percent, 1))


class Ring:
    """One ring in its own lab."""

    def __init__(self, stack, transport, count, program):
        self.stack, self.program = stack, program
        self.names = ["n%d" % i for i in range(1, count + 1)]
        self.select()
        bench.lab("down", check=False)
        bench.lab("up", count)
        crypto = ["--crypto"] if transport == "knet-crypto" else []
        bench.lab("corosync", count, "--only-corosync", "--no-start", "--no-boot", "--transport", transport.split("-")[0], *crypto)
        for name in self.names:
            bench.on(name, START[stack])
        bench.wait_for("%s's ring of %d" % (stack, count), self.formed, 60, 0.1)
        self.pids = [next(pid for pid, name in bench.procs_of(n).items() if name == PROCESS[stack]) for n in self.names]

    def select(self):
        os.environ["LAB_DIR"] = bench.LAB_DIR = LAB_DIRS[self.stack]

    def formed(self):
        pattern = re.compile(FORMED[self.stack] % len(self.names))
        for name in self.names:
            try:
                with open("%s/%s/cow/var/log/corosync/corosync.log" % (bench.LAB_DIR, name), errors="replace") as file:
                    if not pattern.search(file.read()):
                        return False
            except OSError:
                return False
        return True

    def cpu(self):
        """Seconds of processor time, threads that have ended included."""
        ticks = 0
        for pid in self.pids:
            with open("/proc/%d/stat" % pid) as file:
                ticks += sum(map(int, file.read().rpartition(")")[2].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def run_load(self, modes):
        """Runs the generator with these arguments on the nodes; one dictionary of its figures per node."""
        runs = [bench.popen(name, self.program, *arguments, prefix=bench.NICE, stdout=subprocess.PIPE)
                for name, arguments in zip(self.names, modes)]
        return [bench.keyvals(run.communicate()[0]) for run in runs]

    def own(self):
        """Mainstay's own counters, of the sender and of all together."""
        if self.stack != "mainstay":
            return {}
        status = [json.loads(bench.on(name, "%s/mainstay ring status --output-format json" % stacks.Mainstay.BIN)) for name in self.names]
        return [one["counters"] for one in status]

    def throughput(self, size, seconds):
        self.select()
        count, before, own = len(self.names), self.cpu(), self.own()
        flood = ["flood", "-s", size, "-t", seconds, "-n", count]
        got = self.run_load([flood] + [["recv", "-t", seconds + 0.7]] * (count - 1))
        used = self.cpu() - before
        slowest = min(got, key=lambda figures: figures.get("MB_per_s", 0))
        gaps = sum(figures.get("gaps", 1) for figures in got)
        if gaps:
            say("%s: %d gaps" % (self.stack, gaps))
        row = dict(messages=slowest.get("msgs_per_s", 0), megabytes=slowest.get("MB_per_s", 0), gaps=gaps,
                   cpu_us=round(1e6 * used / max(1, got[0].get("sent", 1)), 1))
        if own:
            now = self.own()
            row["allocated"] = round(sum(n["loop.allocated_bytes"] - o["loop.allocated_bytes"] for n, o in zip(now, own))
                                     / max(1, got[0].get("sent", 1)) / count, 1)
            row["collections"] = sum(n["gc.collections"] - o["gc.collections"] for n, o in zip(now, own))
            row["turn_max_us"] = max(n["loop.turn_max_us"] for n in now)
            row["wakeup_late_max_us"] = max(n["loop.wakeup_late_max_us"] for n in now)
        return row

    def latency(self, seconds):
        self.select()
        count = len(self.names)
        ping = ["ping", "-s", 64, "-r", 100, "-t", seconds, "-n", count]
        got = self.run_load([["recv", "-t", seconds + 0.5]] * (count - 1) + [ping])
        row = {"own_p50": got[-1].get("self_us_p50"), "own_p99": got[-1].get("self_us_p99")}
        for percentile in ("p50", "p99"):
            others = [figures["oneway_us_" + percentile] for figures in got[:-1] if "oneway_us_" + percentile in figures]
            row["others_" + percentile] = max(others) if others else None
        return row

    def sent(self):
        links = json.loads(bench.lab("exec", "sw", "ip", "-s", "-j", "link"))
        stats = {link["ifname"]: link["stats64"] for link in links}
        return sum(stats[name + ".0"]["rx"]["packets"] for name in self.names)

    def idle_begin(self):
        self.select()
        self.idle_from = (time.time(), self.cpu(), self.sent())

    def idle_end(self):
        self.select()
        seconds, count = time.time() - self.idle_from[0], len(self.names)
        return dict(cpu_percent=round(100 * (self.cpu() - self.idle_from[1]) / seconds / count, 3),
                    packets=round((self.sent() - self.idle_from[2]) / seconds / count, 2),
                    rss_mib=round(statistics.mean(bench.memory(pid)["Rss"] for pid in self.pids) / 1024, 1))

    def stop(self):
        self.select()
        bench.lab("down", check=False)


def measure(options, rings, transport, count, note):
    if "throughput" in options.parts or "latency" in options.parts:
        for ring in rings:
            ring.throughput(1000, 1)
    if "throughput" in options.parts:
        for size in options.sizes:
            for _ in range(options.repeat):
                for ring in rings:
                    note(ring, "throughput", size=size, **ring.throughput(size, options.seconds))
                    time.sleep(0.2)
    if "latency" in options.parts and count > 1:
        for _ in range(options.repeat):
            for ring in rings:
                note(ring, "latency", **ring.latency(options.seconds * 3))
    if "idle" in options.parts:
        # A daemon that has just started still compiles what it has called often enough; nobody's cluster is idle in its first minute.
        time.sleep(options.idle_after)
        for ring in rings:
            ring.idle_begin()
        time.sleep(options.idle_seconds)
        for ring in rings:
            note(ring, "idle", **ring.idle_end())


def run(options):
    rows, programs = [], build()
    subprocess.run([os.path.join(ROOT, "mainstay"), "--version"], check=True, stdout=subprocess.DEVNULL)
    for transport in options.transports:
        for count in options.nodes:
            rings, host = [], Host()

            def note(ring, part, **figures):
                nonlocal host
                row = dict(part=part, stack=ring.stack, transport=transport, nodes=count, **host.figures(), **figures)
                rows.append(row)
                host = Host()
                print(json.dumps(row), flush=True)
                if options.raw:
                    with open(options.raw, "a") as file:
                        file.write(json.dumps(row) + "\n")

            try:
                for stack in options.stacks:
                    rings.append(Ring(stack, transport, count, programs[stack]))
                subprocess.run(options.before, shell=True, check=True)
                host = Host()
                measure(options, rings, transport, count, note)
            finally:
                subprocess.run(options.after, shell=True, check=True)
                for ring in rings:
                    ring.stop()
    return rows


def cell(rows, figure, **where):
    """Median of one figure on both rings, or nothing where one of them was not measured."""
    found = []
    for stack in STACKS:
        values = [row[figure] for row in rows if row["stack"] == stack and all(row.get(key) == value for key, value in where.items())]
        values = [value for value in values if value is not None]
        if not values:
            return None
        found.append(statistics.median(values))
    return found


def ratio(pair):
    return pair[1] / pair[0] if pair[0] else float("inf")


def tables(rows):
    out = []
    sizes = sorted({row["size"] for row in rows if row["part"] == "throughput"})
    keys = sorted({(row["transport"], row["nodes"]) for row in rows}, key=lambda key: (list(TITLES).index(key[0]), key[1]))
    if sizes:
        out += ["Throughput: messages/s up to 1 kB, MB/s above; Corosync / Mainstay (times).", "",
                "| transport | nodes | " + " | ".join("%d B" % size for size in sizes) + " |", "|---" * (len(sizes) + 2) + "|"]
        for transport, nodes in keys:
            line = []
            for size in sizes:
                figure = "messages" if size <= 1000 else "megabytes"
                pair = cell(rows, figure, part="throughput", transport=transport, nodes=nodes, size=size)
                line.append("" if pair is None else "%s / %s (**%.1f**)" % (*("{:,.0f}".format(value) for value in pair), ratio(pair)))
            out.append("| %s | %d | %s |" % (TITLES[transport], nodes, " | ".join(line)))
        out.append("")
    for part, title, figures in (
            ("latency", "Delivery at low load, microseconds; Corosync / Mainstay.",
             (("own_p50", "own, p50"), ("own_p99", "own, p99"), ("others_p50", "others, p50"), ("others_p99", "others, p99"))),
            ("idle", "Idle, per node; Corosync / Mainstay.",
             (("cpu_percent", "CPU, %"), ("packets", "packets/s sent"), ("rss_mib", "resident, MiB")))):
        found = [key for key in keys if cell(rows, figures[0][0], part=part, transport=key[0], nodes=key[1])]
        if not found:
            continue
        out += [title, "", "| transport | nodes | " + " | ".join(name for _, name in figures) + " |", "|---" * (len(figures) + 2) + "|"]
        for transport, nodes in found:
            pairs = [cell(rows, figure, part=part, transport=transport, nodes=nodes) for figure, _ in figures]
            out.append("| %s | %d | %s |" % (TITLES[transport], nodes, " | ".join("" if p is None else "%g / %g" % tuple(p) for p in pairs)))
        out.append("")
    return "\n".join(out).rstrip()


def write(rows):
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "corosync"], text=True, capture_output=True).stdout
    loads = [row["load"] for row in rows]
    stolen = [row["stolen_percent"] for row in rows if "stolen_percent" in row]
    note = "Corosync %s, %d cores for all hosts together; load average %.1f to %.1f meanwhile. Medians." % (
        version, os.cpu_count(), min(loads), max(loads))
    if stolen:
        note += " Processor time that the machine's host gave to others: median %.1f %%, at most %.1f %%." % (
            statistics.median(stolen), max(stolen))
    document.publish("ring", note, tables(rows))


def main():
    def numbers(text):
        return [int(part) for part in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transports", default=list(TITLES), type=lambda text: text.split(","))
    parser.add_argument("--nodes", default=[1, 2, 3, 5], type=numbers)
    parser.add_argument("--sizes", default=[64, 1000, 10000, 100000, 1000000], type=numbers)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--idle-seconds", type=float, default=30)
    parser.add_argument("--idle-after", type=float, default=60, help="seconds of idleness before it is measured")
    parser.add_argument("--parts", default=["throughput", "latency", "idle"], type=lambda text: text.split(","))
    parser.add_argument("--stacks", default=list(STACKS), type=lambda text: text.split(","))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--raw")
    parser.add_argument("--with", dest="earlier", nargs="*", default=[])
    parser.add_argument("--stolen-max", type=float, default=100)
    parser.add_argument("--before", default="true")
    parser.add_argument("--after", default="true")
    options = parser.parse_args()
    if options.quick:
        vars(options).update(QUICK)
    rows = run(options) if options.parts != [""] else []
    for name in options.earlier:
        with open(name) as file:
            rows += [json.loads(line) for line in file]
    calm = [row for row in rows if row.get("stolen_percent", 0) <= options.stolen_max]
    if len(calm) < len(rows):
        say("%d of %d measurements left out: more than %g %% of the time was stolen" % (len(rows) - len(calm), len(rows), options.stolen_max))
    print(tables(calm))
    if options.write:
        write(calm)


if __name__ == "__main__":
    main()
