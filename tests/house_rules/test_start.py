"""What a process must not load to start: it would cost seconds before a caller is answered, and memory for ever.

Whoever needs one of these imports it where it is used; docs/performance.md has what each costs.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

DATABASE = {"sqlalchemy", "psycopg"}
WEB = {"flask", "jinja2", "granian", "hotline.web"}
FILES = {"typst", "docx", "icalendar", "cvttf_NotoSansCJK_Regular"}
"""Documents that people ask for now and then."""
RARE = {"pypinyin", "apprise", "alembic", "mako", "authlib", "hotline.simulator"}
QUEUE = {"celery", "kombu", "redis"}
CARRIER = {"twilio.rest", "requests"}

STARTS = {
    "web": ("import hotline.wsgi, hotline.app", FILES | RARE | QUEUE | CARRIER | {"openpyxl"}),
    "worker": (
        "from hotline.worker import app; app.loader.import_default_modules(); import hotline.tasks",
        FILES | RARE | WEB | {"openpyxl"},
    ),
    "beat": (
        "from hotline.beat import app; app.loader.import_default_modules()",
        FILES | RARE | WEB | DATABASE | CARRIER | {"openpyxl", "hotline.tasks"},
    ),
    "hotline --help": (
        "from hotline.cli import app; app(['--help'], standalone_mode=False)",
        FILES | RARE | WEB | DATABASE | QUEUE | CARRIER | {"openpyxl", "pydantic", "hotline.settings"},
    ),
}


@pytest.mark.parametrize("name", STARTS)
def test_a_process_starts_without(name: str) -> None:
    code, unwanted = STARTS[name]
    told = subprocess.check_output([sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], text=True)
    assert unwanted & set(told.splitlines()[-1].split()) == set()
