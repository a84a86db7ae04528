"""The two schedulers of a differential run: the installed reference and Mainstay.

Both are black boxes: a configuration goes in, the real operations and the nodes they run on come out.  Answers of the reference are kept in
a database keyed by the text of the input, so that a second run over the same seeds costs only Mainstay's time.
"""

import collections
import concurrent.futures
import hashlib
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CASES = os.path.join(os.environ.get("MAINSTAY_SHARED", os.path.join(os.path.dirname(ROOT), "shared")), "cases")
sys.path.insert(0, CASES)

OK, REFUSED, CRASHED, FAILED = "ok", "refused", "crashed", "failed"
Answer = collections.namedtuple("Answer", "state decisions detail")


def decisions_of(text):
    """Counter of "kind key on node" of a transition graph; pseudo events are no decisions."""
    real = collections.Counter()
    for actions in ET.fromstring(text).iter("action_set"):
        for action in actions:
            if action.tag != "pseudo_event":
                real[f"{action.tag} {action.get('operation_key')} on {action.get('on_node', '-')}"] += 1
    return real


def input_text(root):
    """The text of a configuration as both schedulers read it."""
    return ET.tostring(root, encoding="unicode")


class Engines:
    """Runs configurations (texts) through both schedulers."""

    def __init__(self, reference, mainstay, database, timeout=60):
        self.reference = shlex.split(reference)
        self.mainstay = shlex.split(mainstay)
        self.timeout = timeout
        self.server = self.pipe = None
        self.pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = tempfile.mkdtemp(prefix="mainstay-fuzz-", dir=base)
        self.environment = dict(os.environ, LC_ALL="C", TZ="UTC", CIB_shadow_dir=self.folder)
        self.database = sqlite3.connect(database)
        self.database.execute("create table if not exists answer (key text primary key, state text, decisions text)")

    def close(self):
        self.pool.shutdown()
        self.database.commit()
        self.database.close()
        if self.server is not None:
            self.pipe.close()
            self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask_reference(self, texts):
        """One Answer per text, in order."""
        keys = [hashlib.sha1(text.encode()).hexdigest() for text in texts]
        rows = {}
        for key in keys:
            row = self.database.execute("select state, decisions from answer where key = ?", (key,)).fetchone()
            if row is not None:
                rows[key] = row
        missing = {key: text for key, text in zip(keys, texts) if key not in rows}
        for key, row in zip(missing, self.pool.map(self._run_reference, missing, missing.values())):
            self.database.execute("insert or replace into answer values (?, ?, ?)", (key, *row))
            rows[key] = row
        self.database.commit()
        return [Answer(rows[k][0], collections.Counter(json.loads(rows[k][1])), "") for k in keys]

    def _run_reference(self, name, text):
        source, graph = os.path.join(self.folder, name + ".xml"), os.path.join(self.folder, name + ".exp")
        with open(source, "w", encoding="utf-8") as f:
            f.write(text)
        try:
            done = subprocess.run(self.reference + ["-x", source, "-G", graph, "-SQ"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env=self.environment, timeout=self.timeout, check=False)
            if done.returncode < 0:
                return CRASHED, "{}"
            # A plan that it cannot carry out itself, because it has a loop, is a plan nevertheless.
            with open(graph, encoding="utf-8") as f:
                return OK, json.dumps(decisions_of(f.read()), sort_keys=True)
        except (subprocess.TimeoutExpired, FileNotFoundError):
            return REFUSED, "{}"
        finally:
            for path in (source, graph):
                if os.path.exists(path):
                    os.remove(path)

    def _serve(self):
        """Starts the one process of Mainstay, which reads its list of cases from a pipe."""
        pipe = os.path.join(self.folder, "list")
        if not os.path.exists(pipe):
            os.mkfifo(pipe)
        self.server = subprocess.Popen(self.mainstay + ["--batch", pipe], stdout=subprocess.DEVNULL, env=self.environment)
        self.pipe = open(pipe, "w", encoding="utf-8", buffering=1)

    def ask_mainstay(self, texts):
        """One Answer per text, in order."""
        if self.server is None:
            self._serve()
        folder = tempfile.mkdtemp(dir=self.folder)
        for n, text in enumerate(texts):
            source = os.path.join(folder, f"{n}.xml")
            with open(source, "w", encoding="utf-8") as f:
                f.write(text)
            self.pipe.write(f"{n}\t{source}\t{folder}\t\n")
        # The last case has no input: its error says that all before are done.
        self.pipe.write(f"end\t{folder}/end.xml\t{folder}\t\n")
        while not os.path.exists(os.path.join(folder, "end.err")):
            if self.server.poll() is not None:
                raise RuntimeError("mainstay ended")
            time.sleep(0.005)
        answers = [self._read_answer(os.path.join(folder, str(n))) for n in range(len(texts))]
        shutil.rmtree(folder, ignore_errors=True)
        return answers

    @staticmethod
    def _read_answer(base):
        try:
            with open(base + ".exp", encoding="utf-8") as f:
                return Answer(OK, decisions_of(f.read()), "")
        except (FileNotFoundError, ET.ParseError) as e:
            try:
                with open(base + ".err", encoding="utf-8") as f:
                    return Answer(FAILED, collections.Counter(), f.read())
            except FileNotFoundError:
                return Answer(FAILED, collections.Counter(), str(e))


def difference(reference, mainstay):
    """(operations only the reference plans, operations only Mainstay plans), or None if there is nothing to compare or nothing differs.

    That Mainstay gives no answer is a difference whatever the reference does.
    """
    if mainstay.state != OK:
        return [], [mainstay.state + ": " + mainstay.detail.split("\n", 1)[0]]
    if reference.state != OK:
        return None
    missing = sorted((reference.decisions - mainstay.decisions).elements())
    extra = sorted((mainstay.decisions - reference.decisions).elements())
    return (missing, extra) if missing or extra else None
