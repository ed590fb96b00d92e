"""A ticket's history is only ever added to; the database itself refuses the rest."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session


@pytest.mark.parametrize(
    "statement", ["UPDATE ticket_event SET kind = 'x'", "DELETE FROM ticket_event", "TRUNCATE ticket_event CASCADE"]
)
def test_what_has_happened_stays(session: Session, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only added to"):
        session.execute(text(statement))
