#!/usr/bin/env python3
"""Time without service, Mainstay beside Corosync and Pacemaker, in the same lab and the same run.

  bench/failover/failover.py [--repeat 5] [--stacks corosync,mainstay] [--rows ROW,...] [--write] [--raw FILE] [--with FILE]

Needs root, the lab (../shared/lab, or MAINSTAY_SHARED) and the packages of eng/install-lab-packages.sh.
Both stacks get the same hosts, token, agents, monitor interval (2 s for the service), stickiness and fence device; the service is
IPaddr2 + nginx in a group, plus a Dummy clone. A client outside asks every 20 ms. What is measured is what that client sees.
--write puts the table into docs/benchmarks.md; --raw appends one JSON object per measurement; --with takes the rows that are not
measured now from an earlier --raw file.
"""
import argparse
import datetime
import json
import os
import signal
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))
import document  # noqa: E402
import stacks  # noqa: E402
from stacks import bench  # noqa: E402

ROWS = {
    "poweroff-1000": ("power-off, token 1000 ms", "poweroff", 1000),
    "poweroff-3000": ("power-off, token 3000 ms", "poweroff", 3000),
    "kill": ("service process killed, monitor 2 s", "kill", 1000),
    "standby": ("standby of the active node", "standby", 1000),
    "coldstart": ("cold start: start of the daemons to the service answering", "coldstart", 1000),
    "coldstart-all": ("cold start: start of the daemons to everything active", "coldstart", 1000),
}
KILL_RUNS = 2


def say(text):
    print("# %s %s" % (time.strftime("%H:%M:%S"), text), flush=True)


def settled(stack, node="n1", limit=120):
    bench.wait_for("%s: everything active" % stack.name, lambda: stack.settled(node), limit, 0.2)


def measure_outage(stack, fault, phase):
    """One fault; the outage that the client saw, in seconds. phase: how far into the monitor's interval a process is killed, 0 to 1."""
    settled(stack)
    active = stack.active()
    others = [n for n in stack.nodes if n != active]
    bench.wait_for("%s: idle" % stack.name, lambda: stack.idle(others[0]), 60, 0.2)
    time.sleep(1)
    probe = bench.Probe()
    child = None
    try:
        bench.wait_for("the service", lambda: probe.lines)
        time.sleep(0.3)
        if fault == "kill":
            # The outage is mostly the wait for the next monitor: both stacks are measured at the same places of its interval.
            stacks.wait_for_monitor(active)
            time.sleep(phase * stacks.MONITOR_S)
        begin = time.time()
        if fault == "poweroff":
            bench.lab("poweroff", active)
        elif fault == "kill":
            for pid, command in bench.procs_of(active).items():
                if command == "nginx":
                    os.kill(pid, signal.SIGKILL)
        elif fault == "standby":
            child = threading.Thread(target=stack.standby, args=(active,))
            child.start()
        length = probe.outage(begin, 120)[1]
        time.sleep(0.5)
    finally:
        probe.stop()
        if child:
            child.join()
    if fault == "standby":
        stack.unstandby(active)
    elif fault == "kill":
        stack.cleanup()
    settled(stack, others[0])
    return length


def measure_cold_start(stack):
    """Seconds from the start of the daemons to the first answer of the service, and to everything active."""
    settled(stack)
    stack.stop_all()
    time.sleep(1)
    probe = bench.Probe()
    try:
        begin = time.time()
        stack.start_all()
        bench.wait_for("%s: the service after a cold start" % stack.name, lambda: [f for f in probe.lines if f[0] == "up"], 120, 0.02)
        service = next(float(f[1]) for f in probe.lines if f[0] == "up") - begin
        settled(stack)
        return service, time.time() - begin
    finally:
        probe.stop()


def run_stack(name, token, faults, repeat, record):
    stack = stacks.STACKS[name](token)
    say("%s, token %d: %s" % (name, token, ", ".join(faults)))
    try:
        stack.up()
        for fault in faults:
            # How long a killed process goes unnoticed depends on where the monitor stands: runs are spread evenly over its interval.
            runs = repeat * KILL_RUNS if fault == "kill" else repeat
            for run in range(runs):
                if fault == "coldstart":
                    service, everything = measure_cold_start(stack)
                    record(name, "coldstart", run, service)
                    record(name, "coldstart-all", run, everything)
                else:
                    row = next(key for key, (_, f, t) in ROWS.items() if f == fault and t == token)
                    record(name, row, run, measure_outage(stack, fault, (run + 0.5) / runs))
    finally:
        stack.down()


def table(results, chosen, names, repeat):
    lines = ["| scenario | " + " | ".join(stacks.STACKS[n].title for n in names) + (" | ratio |" if len(names) == 2 else " |"),
             "|---|" + "---|" * (len(names) + (len(names) == 2))]
    for row in chosen:
        cells, medians = [], []
        for name in names:
            values = results.get((name, row), [])
            if not values:
                cells.append("not measured")
                medians.append(None)
                continue
            medians.append(statistics.median(values))
            cells.append("**%.2f s** (%.2f to %.2f, n=%d)" % (medians[-1], min(values), max(values), len(values)))
        if len(names) == 2:
            cells.append("%.2f" % (medians[1] / medians[0]) if all(medians) else "")
        lines.append("| %s | %s |" % (ROWS[row][0], " | ".join(cells)))
    return "\n".join(lines)


def write_document(text, args):
    stamp = "Measured %s with `bench/failover/failover.py --repeat %d --write`: medians (and ranges), seconds." % (
        datetime.date.today().isoformat(), args.repeat)
    document.publish("failover", stamp, text, stacks.versions())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--stacks", default="corosync,mainstay")
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--raw")
    parser.add_argument("--with", dest="earlier")
    args = parser.parse_args()
    names, chosen = args.stacks.split(","), args.rows.split(",")
    for unknown in [n for n in names if n not in stacks.STACKS] + [r for r in chosen if r not in ROWS]:
        sys.exit("failover.py: '%s' is not known; stacks: %s; rows: %s" % (unknown, " ".join(stacks.STACKS), " ".join(ROWS)))
    if os.geteuid() != 0:
        sys.exit("failover.py: needs root, for network namespaces")

    results = {}

    def record(name, row, run, seconds):
        results.setdefault((name, row), []).append(seconds)
        entry = dict(stack=name, row=row, run=run, seconds=round(seconds, 3), load1=os.getloadavg()[0])
        print(json.dumps(entry), flush=True)
        if args.raw:
            with open(args.raw, "a") as raw:
                raw.write(json.dumps(entry) + "\n")

    failed = 0
    for token in sorted({ROWS[row][2] for row in chosen}):
        faults = list(dict.fromkeys(ROWS[row][1] for row in chosen if ROWS[row][2] == token))
        for name in names:
            try:
                run_stack(name, token, faults, args.repeat, record)
            except Exception as error:  # one stack's failure must not lose the other's figures
                failed += 1
                say("%s, token %d FAILED: %s" % (name, token, error))
    if args.earlier:
        with open(args.earlier) as earlier:
            for entry in map(json.loads, earlier):
                if entry["row"] not in chosen:
                    results.setdefault((entry["stack"], entry["row"]), []).append(entry["seconds"])
        chosen = list(ROWS)
    text = table(results, chosen, names, args.repeat)
    print(text)
    if args.write:
        write_document(text, args)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
