"""Ask a Tallystick coordinator from Python: plain HTTP, standard library only (Python 3.9 or newer).

    from tallystick import Tallystick
    tally = Tallystick.from_environment()          # TALLY_URL, and TALLY_TOKEN or TALLY_TOKEN_FILE
    run = tally.run("case-outcomes", {"quarters": ["2025-Q1"]})
    for row in tally.rows(tally.wait(run["id"])):
        print(row)

Or as a command:

    python3 tallystick.py templates
    python3 tallystick.py run case-outcomes quarters=2025-Q1,2025-Q2
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ENDED = ("finished", "refused", "failed", "cancelled")
# A coordinator that doesn't answer within this many seconds is taken for gone.
TIMEOUT_SECONDS = 30
# Between two questions how a run stands.
POLL_SECONDS = 2.0
# How often a request is sent again whose answer was lost.
RETRIES = 3


class TallystickError(Exception):
    """The coordinator said no. Go by `code`; docs/errors.md lists them all."""

    def __init__(self, status, code, detail, problems):
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.problems = problems


class NoRelease(Exception):
    """The run ended without a table; `run` says why."""

    def __init__(self, run):
        ending = run.get("ending") or {}
        super().__init__(f"run {run['id']} is {run['state']}: {ending.get('message', 'it has no table')}")
        self.run = run


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token goes where it was meant to go, and nowhere else."""

    def redirect_request(self, *_arguments):
        return None


class Tallystick:
    def __init__(self, url, token):
        self._url = url.rstrip("/")
        self._token = token
        self._opener = urllib.request.build_opener(_NoRedirects)

    @classmethod
    def from_environment(cls):
        url = os.environ.get("TALLY_URL", "http://127.0.0.1:7401")
        token = os.environ.get("TALLY_TOKEN")
        if token is None and "TALLY_TOKEN_FILE" in os.environ:
            with open(os.environ["TALLY_TOKEN_FILE"], encoding="utf-8") as file:
                token = file.read()
        if token is None:
            raise SystemExit("Set TALLY_TOKEN, or TALLY_TOKEN_FILE to the file that holds your token.")
        return cls(url, token.strip())

    def templates(self):
        """Every question that may be asked, with its parameters and their choices."""
        return list(self._pages("/api/v1/templates", "templates"))

    def runs(self, mine=True, state=None):
        """Your runs, newest first."""
        query = {"mine": "true" if mine else "false", **({} if state is None else {"state": state})}
        return list(self._pages("/api/v1/runs", "runs", query))

    def run(self, template, parameters):
        """Asks. A request whose answer was lost is sent again, and is one run."""
        body = json.dumps({"template": template, "parameters": parameters}).encode("utf-8")
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        return json.loads(self._ask("POST", "/api/v1/runs", body, headers))

    def wait(self, run_id, poll_seconds=POLL_SECONDS, heard=None):
        """Returns the run once it has ended; `heard` is told each state."""
        state = None
        while True:
            run = self.get(run_id)
            if heard is not None and run["state"] != state:
                heard(run["state"])
            state = run["state"]
            if state in ENDED:
                return run
            time.sleep(poll_seconds)

    def get(self, run_id):
        return json.loads(self._ask("GET", f"/api/v1/runs/{urllib.parse.quote(run_id, safe='')}"))

    def provenance(self, run_id):
        """Where the release came from, byte for byte as it was signed; `tally audit verify-release` verifies it."""
        return self._ask("GET", f"/api/v1/runs/{urllib.parse.quote(run_id, safe='')}/provenance")

    @staticmethod
    def rows(run):
        """The counts, a dict for each cell: a column for each dimension, then value, status, reason, low and high.

        A value that is not shown is None, never 0: `status` and `reason` say why. None of a dimension is its total.
        """
        release = run["release"]
        if release is None:
            raise NoRelease(run)
        table = release["table"]
        rows = []
        for cell in [*table["cells"], *table["totals"]]:
            named = {
                dimension["name"]: None if place is None else dimension["categories"][place]["label"]
                for dimension, place in zip(table["dimensions"], cell["categories"])
            }
            interval = cell["interval"] or {"low": None, "high": None}
            # Of a cell that is not shown there is no value, whatever else it has.
            value = cell["value"] if cell["status"] == "ok" else None
            rows.append(
                {
                    **named,
                    "value": value,
                    "status": cell["status"],
                    "reason": cell["reason"],
                    "low": interval["low"],
                    "high": interval["high"],
                }
            )
        return rows

    def _pages(self, path, name, query=None):
        cursor = None
        while True:
            asked = {**(query or {}), **({} if cursor is None else {"cursor": cursor})}
            page = json.loads(self._ask("GET", f"{path}?{urllib.parse.urlencode(asked)}"))
            yield from page[name]
            cursor = page["next"]
            if cursor is None:
                return

    def _ask(self, method, path, body=None, headers=None):
        # Reading, and what has an Idempotency-Key, may be sent again.
        for attempt in range(RETRIES):
            request = urllib.request.Request(self._url + path, data=body, method=method)
            for name, value in {"Authorization": f"Bearer {self._token}", **(headers or {})}.items():
                request.add_header(name, value)
            try:
                with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                    return answer.read()
            except urllib.error.HTTPError as error:
                raise _as_tallystick_error(error) from None
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if attempt == RETRIES - 1:
                    raise
                time.sleep(POLL_SECONDS)
        raise AssertionError("the last attempt returns or raises")


def _as_tallystick_error(error):
    try:
        problem = json.loads(error.read())
        return TallystickError(error.code, problem["code"], problem["detail"], problem.get("problems", []))
    except (ValueError, KeyError, TypeError):
        return TallystickError(error.code, "BAD_ANSWER", "this is not a Tallystick coordinator", [])


def main(arguments):
    tally = Tallystick.from_environment()
    if arguments == ["templates"]:
        for template in tally.templates():
            print(f"{template['template']}: {template['title']}")
        return
    if len(arguments) < 2 or arguments[0] != "run":
        raise SystemExit(__doc__)
    parameters = dict(argument.split("=", 1) for argument in arguments[2:])
    run = tally.run(arguments[1], {name: values.split(",") for name, values in parameters.items()})
    ended = tally.wait(run["id"], heard=lambda state: print(state, file=sys.stderr))
    for row in tally.rows(ended):
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (TallystickError, NoRelease) as refused:
        raise SystemExit(str(refused)) from None
