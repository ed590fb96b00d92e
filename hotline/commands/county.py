"""The sample county of the first start, and the phone wall's book of its telephones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from hotline import demo, directory, intake
from hotline.calls import last_resort
from hotline.calls.exchange import Exchange, make_exchange
from hotline.commands.phonebook import write_phonebook
from hotline.directory.models import Tenant
from hotline.embedded.errors import EmbeddedError
from hotline.settings import Settings

SAMPLES = tuple(Path(directory.__path__[0]) / "samples" / name for name in ("qinshui.yaml", "catalogue_qinshui.yaml"))


def import_sample(settings: Settings) -> str | None:
    """Import the sample into an empty database; return its name, None where a tenant is or the sample was taken away.

    Raises EmbeddedError.
    """
    with exchange_of(settings) as x, x.sessions() as session:
        if demo.is_off(session) or session.scalars(select(Tenant.id).limit(1)).first():
            return None
        for sample in SAMPLES:
            report = intake.import_file(session, sample, x.vault, x.clock())
            if report.errors:
                raise EmbeddedError(f"示例有误 (the sample is faulty): {report.errors[0]}")
        session.commit()
        return session.scalars(select(Tenant.name)).one()


def write_county_phonebook(settings: Settings, file: Path) -> None:
    """Write the telephones of the directory for the phone wall."""
    with exchange_of(settings) as x, x.sessions() as session:
        write_phonebook(session, x.vault, file)


def write_last_resort(settings: Settings) -> None:
    """Write the documents for the carrier; the worker renews them from now on."""
    with exchange_of(settings) as x:
        last_resort.write(x, last_resort.folder(settings), x.clock())


@contextmanager
def exchange_of(settings: Settings) -> Iterator[Exchange]:
    """Give what a step of the start needs to read and write the database."""
    made = make_exchange(settings)
    try:
        yield made
    finally:
        made.close()
