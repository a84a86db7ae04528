"""Where a benchmark's results stand in docs/benchmarks.md: between the marks <!-- NAME:begin --> and <!-- NAME:end -->."""
import os

PATH = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "docs", "benchmarks.md")


def publish(name, *parts):
    """Puts paragraphs and tables there, in place of what was there."""
    begin, end = "<!-- %s:begin -->" % name, "<!-- %s:end -->" % name
    with open(PATH, encoding="utf-8") as file:
        text = file.read()
    if begin not in text or end not in text:
        raise SystemExit("%s: docs/benchmarks.md has no marks %s and %s for the results" % (name, begin, end))
    head, rest = text.split(begin, 1)
    with open(PATH, "w", encoding="utf-8") as file:
        file.write("\n\n".join([head + begin, *parts, end + rest.split(end, 1)[1]]))
