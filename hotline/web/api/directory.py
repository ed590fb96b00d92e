"""The directory for other systems: a view for each kind of row; survivors and households need a scope of their own."""

from __future__ import annotations

from hotline import intake
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.directory.catalogue.kind import CATALOGUE
from hotline.directory.importing.directory import KINDS as DIRECTORY
from hotline.directory.importing.lines import LINES
from hotline.directory.importing.survivors import HOUSEHOLDS, SURVIVORS
from hotline.sheets.kinds import Kind
from hotline.sheets.store import Store
from hotline.web.api.access import api, has, noted, reach, scope
from hotline.web.api.document import answers, spec
from hotline.web.api.places import tenant_of
from hotline.web.api.schema_directory import RowPage, RowsAsked, page_type, plain
from hotline.web.directory import rows
from hotline.web.webhooks import exchange

OFFERED = (*DIRECTORY, CATALOGUE)
LEDGER = (SURVIVORS, HOUSEHOLDS)
PUBLIC = (LINES,)
"""Kinds whose numbers are printed on posters."""


def _offer(kind: Kind) -> None:
    """Add the view of a kind; its type of answer is in the document."""
    shape = page_type(kind)

    def listing(query: RowsAsked) -> RowPage:
        x = exchange()
        whole = kind in PUBLIC or has(Permission.NUMBERS_SEE)
        with x.sessions.begin() as session:
            tenant = tenant_of(session, query.tenant)
            store = Store(session, x.vault, x.clock(), intake.KINDS, tenant.code)
            found, count = rows.some(store, reach(), tenant, kind, query.q.strip(), query.page)
            shown = [plain(kind, values, whole=whole) for values in found]
            seen = What.NUMBER_SEEN if whole and kind not in PUBLIC else What.DIRECTORY_SEEN
            noted(session, seen, kind.name)
        return shape(rows=shown, count=count, next=query.page + 1 if query.page * rows.PAGE < count else None)

    listing.__name__ = listing.__qualname__ = f"directory_{kind.name}"
    listing.__doc__ = kind.row.__doc__
    checked = spec.validate(resp=answers(shape, 404), tags=["directory"])(listing)
    needed = Permission.SURVIVORS_SEE if kind in LEDGER else Permission.DIRECTORY_SEE
    api.get(f"/directory/{kind.name}")(scope(needed)(checked))


for _kind in OFFERED:
    _offer(_kind)
