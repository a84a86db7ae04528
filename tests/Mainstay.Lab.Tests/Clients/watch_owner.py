#!/usr/bin/python3
"""watch_owner.py ADDRESS INTERFACE-ADDRESS NODE... : who owns a service address, seen from outside the hosts.

Runs in the lab's switch (lab exec sw). Two observers:
 * it enters each host's network namespace in turn and looks whether the address is local there (about every 5 ms for all hosts);
 * it asks "who has ADDRESS" by ARP every 50 ms and collects the distinct stations that answer.

Lines (flushed at once; times are seconds since the epoch):
  owners TIME [NODE...]       the set of owners changed
  double TIME NODE NODE...    more than one owner, seen in two samples in a row
  claims TIME MAC MAC...      more than one station answered one question
  alive TIME SAMPLES QUESTIONS ANSWERS     once a second: the watch itself works
"""
import ctypes
import fcntl
import os
import re
import socket
import struct
import sys
import threading
import time

CLONE_NEWNET = 0x40000000
SIOCGIFADDR, SIOCGIFHWADDR = 0x8915, 0x8927
LIBC = ctypes.CDLL(None, use_errno=True)
LAB = os.environ["LAB_DIR"]
counts = {"samples": 0, "questions": 0, "answers": 0}
lock = threading.Lock()


def say(*words):
    with lock:
        print(*words, flush=True)


def stamp():
    return "%.4f" % time.time()


def interface(address):
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _, name in socket.if_nameindex():
        request = struct.pack("256s", name.encode())
        try:
            if socket.inet_ntoa(fcntl.ioctl(probe, SIOCGIFADDR, request)[20:24]) == address:
                return name, fcntl.ioctl(probe, SIOCGIFHWADDR, request)[18:24]
        except OSError:
            pass
    sys.exit("no interface has the address " + address)


def arp(address, name, mac, own):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    link.bind((name, 0))
    wanted, source = socket.inet_aton(address), socket.inet_aton(own)
    question = (b"\xff" * 6 + mac + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + mac + source + b"\0" * 6 + wanted)
    while True:
        counts["questions"] += 1
        try:
            link.send(question)
        except OSError:
            pass  # no host is on: nothing is plugged in
        seen, end = set(), time.monotonic() + 0.05
        while (left := end - time.monotonic()) > 0:
            link.settimeout(left)
            try:
                frame = link.recv(100)
            except OSError:
                break
            # Replies addressed to this question only; gratuitous ARP of a takeover is broadcast and no answer.
            if frame[:6] == mac and frame[20:22] == b"\0\2" and frame[28:32] == wanted:
                seen.add(frame[22:28].hex(":"))
        counts["answers"] += bool(seen)
        if len(seen) > 1:
            say("claims", stamp(), *sorted(seen))


def owners(nodes, pattern):
    found = []
    for node in nodes:
        try:
            pid = open("%s/%s/pid" % (LAB, node)).read().strip()
            space = os.open("/proc/%s/ns/net" % pid, os.O_RDONLY)
        except (OSError, ValueError):
            continue  # powered off
        try:
            if LIBC.setns(space, CLONE_NEWNET) == 0 and pattern.search(open("/proc/thread-self/net/fib_trie").read()):
                found.append(node)
        except OSError:
            pass  # powered off meanwhile
        finally:
            os.close(space)
    return found


def main():
    address, own, nodes = sys.argv[1], sys.argv[2], sys.argv[3:]
    name, mac = interface(own)
    threading.Thread(target=arp, args=(address, name, mac, own), daemon=True).start()
    pattern = re.compile(re.escape(address) + r"\n\s+/32 host LOCAL")
    last, told = None, 0
    while True:
        now = owners(nodes, pattern)
        if len(now) > 1:
            now = owners(nodes, pattern)  # both must still be there: the first look at them was not at one instant
            if len(now) > 1:
                say("double", stamp(), *now)
        counts["samples"] += 1
        if now != last:
            say("owners", stamp(), *now)
            last = now
        if time.monotonic() - told > 1:
            told = time.monotonic()
            say("alive", stamp(), counts["samples"], counts["questions"], counts["answers"])
        time.sleep(0.005)


main()
