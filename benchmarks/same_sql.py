"""The SQL of one new call as a script for pgbench: what PostgreSQL alone could do of it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from psycopg import ClientCursor
from sqlalchemy import Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from hotline.embedded.binaries import postgres_program
from hotline.embedded.postgres import DATABASE, USER, Postgres

Statement = tuple[str, Any]


class Recorder:
    """Keeps the statements of the requests that run while it listens."""

    def __init__(self, engine: Engine) -> None:
        self.found: list[Statement] = []
        event.listen(engine, "after_cursor_execute", self._note)

    def _note(self, _c: object, _cursor: object, statement: str, values: Any, _x: object, many: bool) -> None:
        self.found += [(statement, one) for one in values] if many else [(statement, values)]


def script(engine: Engine, found: list[Statement], sid: str) -> str:
    """Write the statements out with their values; what must be new each time becomes a variable.

    That is: the identifiers, the caller, and the telephones; else everybody would ring the one that is held already.
    """
    assert isinstance(engine.dialect, PGDialect_psycopg)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        cursor = ClientCursor(driver)
        lines = [" ".join(cursor.mogrify(statement, values).split()) for statement, values in found]
    made = dict.fromkeys(
        id_
        for _, values in found if isinstance(values, dict)
        for name, rows in values.items() if name.startswith("rows")
        for id_ in re.findall(r'"id":"([0-9a-f-]{36})"', rows)
    )  # fmt: skip
    names = {value: f"u{n}" for n, value in enumerate(made)}
    text = ";\n".join(lines)
    for value, name in names.items():
        text = text.replace(f":{value}", f"_:{name}").replace(value, f":{name}")  # two colons would be a cast
    text = text.replace(sid, "CA:u0")
    hashes = {value: f"h{n}" for n, value in enumerate(dict.fromkeys(re.findall(r'_hash":"([0-9a-f]{64})"', text)))}
    for value, name in hashes.items():
        text = text.replace(value, f":{name}")
    new = ", ".join(f"uuidv7() AS {name}" for name in names.values())
    new += "".join(f", encode(sha256(uuidv7()::text::bytea), 'hex') AS {name}" for name in hashes.values())
    return f"SELECT {new} \\gset\n{text};\n"


def run(postgres: Postgres, text: str, clients: int, seconds: int, folder: Path) -> dict[str, Any]:
    """Let pgbench repeat a script and return transactions per second and mean latency (ms)."""
    file = folder / "call.sql"
    file.write_text(text)
    argv = [postgres_program("pgbench"), "-h", str(postgres.socket_folder), "-U", USER, "-n", "-M", "simple"]
    argv += ["-c", str(clients), "-T", str(seconds), "-f", str(file), DATABASE]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    late = re.search(r"latency average = ([\d.]+)", done.stdout)
    if not rate or not late:
        raise RuntimeError(done.stderr[-2000:])
    return {"per_second": float(rate[1]), "mean_ms": float(late[1]), "clients": clients}
