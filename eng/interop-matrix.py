#!/usr/bin/env python3
"""Runs the interoperation matrix, rings of Mainstay beside real Corosync, and writes its table into docs/conformance.md.

  eng/interop-matrix.py [--only PATTERNS] [--jobs N] [--results FILE] [--write]

--only takes what MAINSTAY_MATRIX takes: patterns TRANSPORT/MIX/SCENARIO, separated by commas, with *; without it all cells of mixed
rings run. --results FILE keeps one JSON object per cell; a later run with the same file replaces the cells that it repeats.
--write puts the table into docs/conformance.md. Needs root, the lab, Corosync, and a build (dotnet build). About 30 minutes with --jobs 2.
"""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))
TESTS = os.path.join(ROOT, "artifacts/build/bin/Mainstay.Lab.Tests/debug/Mainstay.Lab.Tests")
DOCUMENT = os.path.join(ROOT, "docs", "conformance.md")
BEGIN, END = "<!-- interop:begin (generated) -->", "<!-- interop:end -->"
TRANSPORTS = {
    "udp": "udp (multicast)", "udpu": "udpu", "knet": "knet", "knet-aes256-sha256": "knet, aes256 sha256",
    "knet-2-passive": "knet, 2 links, passive", "knet-2-rr": "knet, 2 links, rr",
    "udp-broadcast": "udp, broadcast", "udp-ipv6": "udp, IPv6", "udpu-ipv6": "udpu, IPv6", "knet-ipv6": "knet, IPv6",
    "knet-names": "knet, host names",
}
MIXES = {"2c1m": "2 C + 1 M", "1c2m": "1 C + 2 M"}
ALONE = {"3c": "3 Corosync", "3m": "3 Mainstay"}
SCENARIOS = {
    "load": "load", "loss": "5 % loss", "kill-mainstay": "kill M", "kill-corosync": "kill C", "power-mainstay": "power-off M",
    "power-corosync": "power-off C", "part-mainstay": "M cut off", "part-corosync": "C cut off", "leave-mainstay": "M leaves",
    "leave-corosync": "C leaves", "reload": "reload", "link": "link fails",
}


def run(patterns, results):
    environment = dict(os.environ, MAINSTAY_MATRIX=patterns, MAINSTAY_MATRIX_RESULTS=results)
    return subprocess.run([TESTS, "--filter-class", "*InteropMatrixTests"], env=environment).returncode


def read(path):
    cells = {}
    if os.path.exists(path):
        with open(path) as file:
            for line in file:
                cell = json.loads(line)
                cells[cell["transport"], cell["mix"], cell["scenario"]] = cell
    return cells


def cell_text(cell, scenario, transport):
    if scenario == "link" and "-2-" not in transport:
        return "-"
    return "not run" if cell is None else "ok" if cell["failure"] is None else "FAILED"


def table(cells, mixes):
    lines = ["| Transport | Nodes | " + " | ".join(SCENARIOS.values()) + " |", "|---|---|" + "---|" * len(SCENARIOS)]
    for transport, name in TRANSPORTS.items():
        for mix, nodes in mixes.items():
            texts = [cell_text(cells.get((transport, mix, scenario)), scenario, transport) for scenario in SCENARIOS]
            if any(text not in ("-", "not run") for text in texts):
                lines.append("| %s | %s | %s |" % (name, nodes, " | ".join(texts)))
    mine = [cell for cell in cells.values() if cell["mix"] in mixes]
    passed = sum(cell["failure"] is None for cell in mine)
    lines += ["", "%d of %d cells agree; %.0f minutes in all." % (passed, len(mine), sum(cell["seconds"] for cell in mine) / 60)]
    return lines


def write(cells):
    with open(DOCUMENT) as file:
        text = file.read()
    if BEGIN not in text:
        sys.exit("%s has no place for the table" % DOCUMENT)
    lines = table(cells, MIXES)
    if any(cell["mix"] in ALONE for cell in cells.values()):
        lines += ["", "For comparison, the same in rings of one kind:", ""] + table(cells, ALONE)
    head, rest = text.split(BEGIN)
    with open(DOCUMENT, "w") as file:
        file.write(head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--results")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    results = options.results or tempfile.NamedTemporaryFile(suffix=".jsonl", delete=False).name
    parts = [options.only] if options.only else ["%s/%s/*" % (transport, mix) for transport in TRANSPORTS for mix in MIXES]
    if options.only != "none":
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(lambda part: run(part, results), parts))
    cells = read(results)
    print("\n".join(table(cells, dict(MIXES, **ALONE))))
    for cell in cells.values():
        if cell["failure"] is not None:
            print("\n== %(transport)s/%(mix)s/%(scenario)s\n%(failure)s" % cell)
    if options.write:
        write(cells)
    sys.exit(any(cell["failure"] is not None for cell in cells.values()))


if __name__ == "__main__":
    main()
