"""Judges summary.md and metrics.prom with parsers that others wrote, and against the record.

usage: judge.py FOLDER...

Each folder holds record.jsonl, summary.md, summary.txt and metrics.prom. Both parsers of prometheus_client
must read the metrics, OpenMetrics' and Prometheus', and each number must be the record's. GitHub's own Markdown
parser must find no link, picture or other HTML than ours in the summary. Falsified copies must be refused.
"""

import json
import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

# Every element that the summary's own Markdown makes.
ELEMENTS = set("h1 h2 h3 p strong blockquote ul li pre code table thead tbody tr th td".split())
MOST_BYTES = 1_000_000
MOST_LINES = 40


class Refused(Exception):
    """What a judge does not accept."""


class Elements(HTMLParser):
    """Notes the elements and the texts outside of code."""

    def __init__(self):
        super().__init__()
        self.elements = Counter()
        self.code = 0
        self.text = []

    def handle_starttag(self, tag, attrs):
        self.elements[tag] += 1
        self.code += tag in ("pre", "code")

    def handle_endtag(self, tag):
        self.code -= tag in ("pre", "code")

    def handle_data(self, data):
        if not self.code:
            self.text.append(data)


def families(text, parser):
    """The samples by name, and by their labels."""
    found = {}
    for family in parser(text):
        if family.type != "gauge":
            raise Refused(f"{family.name} is a {family.type}")
        if not family.documentation:
            raise Refused(f"{family.name} has no HELP")
        for sample in family.samples:
            key = tuple(sorted(sample.labels.items()))
            series = found.setdefault(sample.name, {})
            if key in series:
                raise Refused(f"{sample.name} {key} is there twice")
            series[key] = sample.value
    return found


def counted(lines):
    """What the record has, by the name of the metric."""
    run = next(line for line in lines if line["line"] == "run")
    counts = {name: Counter() for name in ("findings", "causes", "targets", "accounts", "trails", "gaps", "examined_objects")}
    answers = {name: Counter() for name in ("recorded_by_sealed_trail", "other_trails", "logs_sealed")}

    def add(name, **labels):
        counts[name][tuple(sorted(labels.items()))] += 1

    severities = {}
    for line in lines:
        kind = line["line"]
        if kind == "finding":
            accepted = "true" if line.get("exception_ids") else "false"
            severities.setdefault(line["control_id"], None)
            add("findings", control=line["control_id"], status=line["status"], accepted=accepted)
        elif kind == "cause":
            add("causes", kind=line["kind"], severity=line["severity"])
        elif kind == "coverage":
            add("targets", outcome=line["outcome"])
        elif kind == "sample":
            add("examined_objects", result=line["result"])
        elif kind == "trail":
            add("trails", verdict=line["verdict"])
        elif kind == "gap":
            add("gaps", **{"class": line["class"]}, accepted="true" if line.get("exception_id") else "false")
        elif kind == "account":
            add("accounts", state=line["state"])
            for answer in answers:
                word = line.get(answer)
                if word is None and answer == "recorded_by_sealed_trail":
                    in_use = line["state"] in ("active", "pending_closure", "unknown")
                    word = "not_judged" if in_use else None
                if word is not None:
                    answers[answer][(("answer", word),)] += 1
    for name, words in answers.items():
        counts[f"accounts_{name}"] = words
    counts["requests"] = Counter(
        {(("operation", operation),): number for operation, number in run["calls"].items()}
    )
    counts["throttled_requests"] = Counter({(): run["throttles"]})
    counts["run_exit_code"] = Counter({(): run["exit_code"]})
    return run, counts


def judge_metrics(text, lines):
    """Both parsers read the same, and that is what the record has."""
    found = families(text, open_metrics)
    if families(text, prometheus) != found:
        raise Refused("the two parsers read different samples")
    run, counts = counted(lines)
    prefix = "trailseal_simulation_" if run.get("simulation") else "trailseal_"
    if not all(name.startswith(prefix) for name in found):
        raise Refused(f"a name does not begin with {prefix}")
    for name, expected in counts.items():
        shown = found.get(prefix + name)
        if shown is None:
            raise Refused(f"{name} is missing")
        # The severity of a control is not in the record.
        shown = Counter(
            {
                tuple(label for label in key if name != "findings" or label[0] != "severity"): value
                for key, value in shown.items()
                if value
            }
        )
        if shown != +expected:
            raise Refused(f"{name}: {shown} instead of {+expected}")
    (info,) = found[prefix + "run_info"]
    if dict(info)["organization"] != (run["organization_id"] or ""):
        raise Refused("run_info names another organization")


def judge_summary(text):
    """GitHub's Markdown has only what the summary writes itself."""
    if len(text.encode()) >= MOST_BYTES:
        raise Refused("the summary is too long")
    # Unsafe shows the HTML that a text smuggled in, instead of hiding it.
    html = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    page = Elements()
    page.feed(html)
    others = set(page.elements) - ELEMENTS
    if others:
        raise Refused(f"the summary has elements {sorted(others)}")
    shown = "".join(page.text)
    for pattern in (r"(?<![\w@])@\w", r"(?<!\w)#\d", r"[\u202a-\u202e]"):
        if re.search(pattern, shown):
            raise Refused(f"the summary has {pattern}")
    for heading in ("Trailseal: ", "What to change", "What was not read", "How to read on"):
        if heading not in shown:
            raise Refused(f"the summary lacks {heading}")


def judge_terminal(text):
    """Few lines, which no terminal obeys."""
    if len(text.splitlines()) >= MOST_LINES:
        raise Refused("the terminal's summary is too long")
    if any(not letter.isprintable() and letter != "\n" for letter in text):
        raise Refused("the terminal's summary has a control")


def refused(judge, *arguments):
    try:
        judge(*arguments)
    except (Refused, ValueError):
        return True
    return False


def falsified_metrics(text):
    """Copies that are wrong in one way each."""
    yield "no end", text.replace("# EOF\n", "")
    yield "a line behind the end", text + "x 1\n"
    yield "another unit", text.replace(" seconds\n", " hours\n", 1)
    yield "a label without its end", text.replace('"} ', "} ", 1)
    line = next(line for line in text.splitlines() if re.search(r'status="pass".* [1-9]', line))
    yield "another number", text.replace(line, line[: line.rindex(" ")] + " 9999")
    yield "a series twice", text.replace(line, f"{line}\n{line}")
    yield "a family less", "".join(row + "\n" for row in text.splitlines() if "_targets" not in row)
    yield "a counter", text.replace("_targets gauge", "_targets unknown")


def falsified_summaries(text):
    yield "a link", text + "\nhttps://example.com\n"
    yield "a picture", text + "\n<img src=x>\n"
    yield "an element", text.replace("## What to change", "<b>x</b>\n\n## What to change")
    yield "a mention", text + "\n@octocat\n"
    yield "a section less", text.replace("## How to read on", "##")


def main(folders):
    if not folders:
        sys.exit(__doc__)
    copies = 0
    for folder in map(Path, folders):
        lines = [json.loads(line) for line in (folder / "record.jsonl").read_text().splitlines()]
        metrics, summary = (folder / "metrics.prom").read_text(), (folder / "summary.md").read_text()
        try:
            judge_metrics(metrics, lines)
            judge_summary(summary)
            judge_terminal((folder / "summary.txt").read_text())
        except (Refused, ValueError) as problem:
            sys.exit(f"{folder}: {problem}")
        if not any(line["line"] == "finding" and line["status"] == "pass" for line in lines):
            continue
        for name, copy in falsified_metrics(metrics):
            if copy == metrics or not refused(judge_metrics, copy, lines):
                sys.exit(f"{folder}: metrics with {name} are accepted")
            copies += 1
        for name, copy in falsified_summaries(summary):
            if copy == summary or not refused(judge_summary, copy):
                sys.exit(f"{folder}: a summary with {name} is accepted")
            copies += 1
    if not copies:
        sys.exit("no folder had a pass, so nothing was falsified")
    print(
        f"{len(folders)} records; prometheus_client reads the metrics, GitHub's Markdown the summaries; "
        f"{copies} falsified copies are refused"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
