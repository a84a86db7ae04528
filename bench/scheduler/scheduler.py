#!/usr/bin/env python3
"""Planning time and memory on generated clusters, Mainstay beside the installed crm_simulate, in the same run.

  bench/scheduler/scheduler.py [--quick] [--sizes 3x10,32x1000,...] [--kinds plain,...] [--repeat 3] [--limit 120] [--write]

Clusters come from gen_cib.py (../shared/cases, or MAINSTAY_SHARED). Each is planned by both programs with the same arguments
(-x FILE -R -Q -G OUT): processor seconds (user and system), wall time and peak memory of the whole process, medians of --repeat runs. The
engine alone is timed warm, inside one process, by bench/scheduler/engine. A program that needs more than --limit seconds once is cut,
and not asked for larger clusters of the same kind and state. Growth is the slope of processor time over nodes x resources in logarithms,
from 250 resources on: 1 is linear. --write puts the table into docs/benchmarks.md; --quick is a smoke test of a minute.
"""
import argparse
import datetime
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "bench"))
import document  # noqa: E402

SHARED = os.environ.get("MAINSTAY_SHARED", os.path.join(ROOT, "..", "shared"))
GENERATOR = os.path.join(SHARED, "cases", "gen_cib.py")
MAINSTAY = os.path.join(ROOT, "artifacts", "bin", "mainstay")
ENGINE_PROJECT = os.path.join(ROOT, "bench", "scheduler", "engine")
ENGINE = os.path.join(ROOT, "artifacts", "build", "bin", "Mainstay.Scheduler.Bench", "release", "scheduler-engine")
SIZES = "3x10,16x250,32x500,32x1000,64x2000,100x5000"
QUICK_SIZES = "3x10,16x250"
STATES = (("fresh", "fresh start"), ("node-failed", "one node failed"), ("running", "nothing to do"))
KINDS = {
    "plain": ("primitives", []),
    "constraints": ("primitives with colocations, orders, locations", ["--colocations", "0.5", "--orders", "0.5", "--locations", "0.5"]),
    "clones": ("primitives, groups, clones, promotable clones",
               ["--mix", "10,5,1,1", "--colocations", "0.3", "--orders", "0.3", "--clone-max", "8"]),
}
FIT_FROM = 16 * 250


def say(text):
    print("# %s %s" % (time.strftime("%H:%M:%S"), text), flush=True)


def run(command, limit):
    """Processor seconds, wall seconds and peak memory in MiB of one process; None if it took too long."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)))
    try:
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - started > 4 * limit:
                process.kill()
            time.sleep(0.002)
    finally:
        process.returncode = 0
    if os.WIFSIGNALED(status):
        return None
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": time.monotonic() - started, "mib": usage.ru_maxrss / 1024}


def median_of(runs):
    return {key: statistics.median(r[key] for r in runs) for key in runs[0]}


def measure(program, path, out, args, cut, place):
    if cut.get((program[0], place)):
        return None
    runs = []
    for _ in range(args.repeat):
        one = run(program + ["-x", path, "-R", "-Q", "-G", out], args.limit)
        if one is None:
            cut[(program[0], place)] = True
            return None
        runs.append(one)
        if one["cpu"] > 20:
            break               # a second minute would tell nothing new
    return median_of(runs)


def engine(path):
    text = subprocess.run([ENGINE, "--seconds", "12", "--runs", "200", path], capture_output=True, text=True, check=True).stdout
    return json.loads(text)


def slope(points):
    """Least squares in logarithms."""
    xs = [math.log(x) for x, _ in points]
    ys = [math.log(max(y, 1e-4)) for _, y in points]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)


def cell(value, unit):
    if value is None:
        return "cut"
    return "%.2f s" % value if unit == "s" else "%.0f MiB" % value


def measure_all(args):
    rows = []
    cut = {}
    reference = shutil.which("crm_simulate")
    with tempfile.TemporaryDirectory() as folder:
        for kind in args.kinds.split(","):
            for size in args.sizes.split(","):
                nodes, resources = size.split("x")
                for state, _ in STATES:
                    path, out = os.path.join(folder, "cib.xml"), os.path.join(folder, "graph.xml")
                    subprocess.run([sys.executable, GENERATOR, "-n", nodes, "-r", resources, "--state", state, "-o", path]
                                   + KINDS[kind][1], check=True)
                    row = {"kind": kind, "size": size, "state": state, "bytes": os.path.getsize(path)}
                    row["mainstay"] = measure([MAINSTAY, "simulate"], path, out, args, cut, (kind, state))
                    row["reference"] = measure([reference], path, out, args, cut, (kind, state)) if reference else None
                    row["engine"] = engine(path)
                    rows.append(row)
                    say("%s %s %s: Mainstay %s, reference %s, engine %.1f ms" % (
                        kind, size, state, cell(row["mainstay"] and row["mainstay"]["cpu"], "s"),
                        cell(row["reference"] and row["reference"]["cpu"], "s"), row["engine"]["median_ms"]))
    return rows


def table(rows):
    lines = ["| cluster | state | CIB | reference: CPU, memory | Mainstay: CPU, memory | times faster | Mainstay: wall | memory / CIB "
             "| engine, warm |",
             "|---|---|---|---|---|---|---|---|---|"]
    names = dict(STATES)
    for row in rows:
        ours, theirs = row["mainstay"], row["reference"]
        lines.append("| %s, %s | %s | %.1f MB | %s, %s | %s, %s | %s | %s | %s | %.1f ms |" % (
            row["size"].replace("x", " x "), row["kind"], names[row["state"]], row["bytes"] / 1e6,
            cell(theirs and theirs["cpu"], "s"), cell(theirs and theirs["mib"], "MiB"),
            cell(ours and ours["cpu"], "s"), cell(ours and ours["mib"], "MiB"),
            "%.1f" % (theirs["cpu"] / ours["cpu"]) if ours and theirs else "",
            cell(ours and ours["wall"], "s"), multiple(ours, row["bytes"]), row["engine"]["median_ms"]))
    return "\n".join(lines)


def multiple(ours, size):
    """Peak memory over the size of the XML text; of small texts it would tell the size of the runtime."""
    return "%.1f" % (ours["mib"] * 2 ** 20 / size) if ours and size >= 1e6 else ""


def growth(rows):
    lines = ["| | reference, whole process | Mainstay, whole process | Mainstay, engine |", "|---|---|---|---|"]
    for kind in dict.fromkeys(r["kind"] for r in rows):
        for state, name in STATES:
            mine = [r for r in rows if r["kind"] == kind and r["state"] == state and volume(r) >= FIT_FROM]
            if len(mine) < 2:
                continue
            fits = []
            for key in ("reference", "mainstay"):
                points = [(volume(r), r[key]["cpu"]) for r in mine if r[key]]
                fits.append("%.2f" % slope(points) if len(points) > 1 else "")
            fits.append("%.2f" % slope([(volume(r), r["engine"]["median_ms"]) for r in mine]))
            lines.append("| %s, %s | %s |" % (kind, name, " | ".join(fits)))
    return "\n".join(lines) if len(lines) > 2 else ""


def volume(row):
    nodes, resources = row["size"].split("x")
    return int(nodes) * int(resources)


def versions():
    text = subprocess.run(["crm_simulate", "--version"], capture_output=True, text=True).stdout if shutil.which("crm_simulate") else ""
    load = os.getloadavg()
    return "Reference: crm_simulate of %s. %d cores, load average %.1f at the end of the run." % (
        (text.splitlines() or ["(not installed)"])[0], os.cpu_count(), load[0])


def write_document(rows, args):
    options = " --quick" if args.quick else ""
    stamp = "Measured %s with `bench/scheduler/scheduler.py%s --repeat %d --write`. \"cut\": more than %d s of processor time." % (
        datetime.date.today().isoformat(), options, args.repeat, args.limit)
    kinds = "\n".join("* %s: %s" % (k, KINDS[k][0]) for k in dict.fromkeys(r["kind"] for r in rows))
    parts = [stamp, kinds, table(rows)]
    if growth(rows):
        parts += ["Growth of time over nodes x resources, from 250 resources on (slope in logarithms; 1 is linear):", growth(rows)]
    parts.append(versions())
    document.publish("scheduler", *parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes")
    parser.add_argument("--kinds")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=int, default=120, help="processor seconds after which a run is cut")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--raw", help="write all figures as JSON")
    args = parser.parse_args()
    args.sizes = args.sizes or (QUICK_SIZES if args.quick else SIZES)
    args.kinds = args.kinds or ("plain" if args.quick else ",".join(KINDS))
    subprocess.run([os.path.join(ROOT, "mainstay"), "--version"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "q", "-nologo", "-p:RunAnalyzers=false", ENGINE_PROJECT],
                   check=True, stdout=subprocess.DEVNULL)
    rows = measure_all(args)
    if args.raw:
        with open(args.raw, "w", encoding="utf-8") as f:
            json.dump(rows, f, indent=1)
    print(table(rows))
    print(growth(rows))
    if args.write:
        write_document(rows, args)


if __name__ == "__main__":
    main()
