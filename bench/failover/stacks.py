"""The two cluster stacks of the failover benchmark, behind the same few verbs."""
import importlib.util
import json
import os
import subprocess
import time
from xml.etree import ElementTree

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
SHARED = os.environ.get("MAINSTAY_SHARED") or os.path.join(ROOT, "..", "shared")
os.environ.setdefault("LAB_DIR", "/srv/lab-bench")


def _load_bench():
    path = os.path.join(SHARED, "lab", "bench.py")
    if not os.path.exists(path):
        raise SystemExit("failover.py: the lab (%s) is not here: name its folder's parent with MAINSTAY_SHARED" % path)
    spec = importlib.util.spec_from_file_location("bench", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bench = _load_bench()
MONITOR_S = 2


def wait_for_monitor(node):
    """Returns when a monitor of the web server, by its agent, has just ended on the node."""
    begun = False
    for _ in range(4000):
        if any(b"heartbeat/nginx\0monitor" in _command_line(pid) for pid in bench.procs_of(node)):
            begun = True
        elif begun:
            return
        time.sleep(0.005)
    raise RuntimeError("no monitor of the web server on %s" % node)


def _command_line(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read()
    except OSError:
        return b""


class Options:
    """What bench.Corosync expects of its command line."""

    def __init__(self, token):
        self.transport, self.token, self.crypto, self.totem = "udpu", token, False, None


class Corosync(bench.Corosync):
    """Corosync and Pacemaker as Debian ships them."""
    name, title = "corosync", "Corosync + Pacemaker"

    def __init__(self, token):
        super().__init__(Options(token))
        self.nodes = ["n1", "n2", "n3"]

    def up(self):
        bench.lab("down", check=False)
        bench.lab("up", len(self.nodes), "--boot-delay", "6")
        self.start(len(self.nodes))
        self.load({}, MONITOR_S)

    def down(self):
        bench.lab("down", check=False)

    def settled(self, node="n1"):
        return super().settled(len(self.nodes), node)

    def idle(self, node="n1"):
        return "S_IDLE" in bench.on(node, "crmadmin -qS %s 2>&1" % (self.dc(node) or node))

    def cleanup(self):
        bench.on("n1", "crm_resource -C; crm_resource --wait -T 60")

    def unstandby(self, node):
        bench.on(node, "crm_standby -D -N %s; crm_resource --wait -T 60" % node)

    def stop_all(self):
        bench.lab("corosync", "stop")

    def start_all(self):
        for process in [bench.popen(n, "/usr/local/sbin/lab-ha", "start") for n in self.nodes]:
            process.wait()


class Mainstay(Corosync):
    """Mainstay from this checkout's artifacts/bin."""
    name, title = "mainstay", "Mainstay"
    BIN = os.path.join(ROOT, "artifacts", "bin")

    def __init__(self, token):
        super().__init__(token)
        self.token = token

    def up(self):
        subprocess.run([os.path.join(ROOT, "mainstay"), "--version"], check=True, stdout=subprocess.DEVNULL)
        bench.lab("down", check=False)
        bench.lab("up", len(self.nodes), "--boot-delay", "6")
        bench.lab("exec", "all", "sh", os.path.join(ROOT, "eng", "lab", "install-host.sh"), self.BIN, str(self.token), str(len(self.nodes)))
        self.start_all()
        bench.wait_for("mainstay: three nodes online", lambda: sorted(self.online()) == self.nodes, 60, 0.2)
        self.load({}, MONITOR_S)

    def api(self, node, path, body=None):
        """GET or POST on the manager's socket; None where it does not answer."""
        data = "" if body is None else " -H 'Content-Type: application/json' -d '%s'" % json.dumps(body)
        text = bench.on(node, "curl -s -m 70 --unix-socket /run/mainstay/manager.sock%s 'http://localhost%s'" % (data, path))
        try:
            return json.loads(text)
        except ValueError:
            return None

    def online(self, node="n1"):
        status = self.api(node, "/v1/status") or {}
        return [n["name"] for n in status.get("nodes", []) if n["online"] and not (n["unclean"] or n["standby"])]

    def running(self, node="n1"):
        """Where each primitive runs, from the operation history: {resource: [node]}."""
        text = bench.on(node, "curl -s -m 5 --unix-socket /run/mainstay/manager.sock 'http://localhost/v1/cib?scope=status'")
        found = {}
        try:
            states = ElementTree.fromstring(text).iter("node_state")
        except ElementTree.ParseError:
            return found
        for state in states:
            for resource in state.iter("lrm_resource"):
                last = max(resource.iter("lrm_rsc_op"), key=lambda op: int(op.get("call-id")), default=None)
                if last is not None and last.get("rc-code") == "0" and last.get("operation") in ("start", "monitor"):
                    found.setdefault(resource.get("id").split(":")[0], []).append(state.get("uname"))
        return found

    def settled(self, node="n1"):
        running = self.running(node)
        return (sorted(self.online(node)) == self.nodes and len(running.get("vip", [])) == 1
                and running["vip"] == running.get("www") and sorted(running.get("dummy", [])) == self.nodes)

    def active(self, node="n1"):
        return self.running(node)["vip"][0]

    def idle(self, node="n1"):
        return (self.api(node, "/v1/idle?timeout=1") or {}).get("idle", False)

    def cleanup(self):
        self.api("n1", "/v1/resources/cleanup", {})
        self.api("n1", "/v1/idle?timeout=60")

    def standby(self, node):
        self.api(node, "/v1/attributes", dict(name="standby", node=node, value="on", lifetime="Permanent"))

    def unstandby(self, node):
        self.api(node, "/v1/attributes", dict(name="standby", node=node, lifetime="Permanent"))
        self.api(node, "/v1/idle?timeout=60")

    def stop_all(self):
        # All at once, as `lab corosync stop` does it for the reference.
        for process in [bench.popen(n, "/etc/lab/boot", "stop") for n in self.nodes]:
            process.wait()

    def start_all(self):
        for process in [bench.popen(n, "/etc/lab/boot", "start") for n in self.nodes]:
            process.wait()


STACKS = {stack.name: stack for stack in (Corosync, Mainstay)}


def versions():
    def first(*command):
        return subprocess.run(command, text=True, capture_output=True).stdout.strip().splitlines()[:1]

    packages = [line for package in ("corosync", "pacemaker")
                for line in first("dpkg-query", "-W", "-f", "${Package} ${Version}", package)]
    return "Reference: %s (Debian). %d cores, all hosts on one machine (network, mount and PID namespaces), transport udpu." % (", ".join(packages), os.cpu_count())
