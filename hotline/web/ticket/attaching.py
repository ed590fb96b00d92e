"""Files kept with a ticket: put in, opened (each time written down), removed."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, abort, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.calls.kinds import cases
from hotline.web.language import _, language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.ticket.working import Held, take
from hotline.web.ticket.wrong import WrongError
from hotline.web.webhooks import exchange
from tickets import attachments, queries
from tickets.attachments import AttachmentError
from tickets.file_kinds import MIME, SUFFIX

views = Blueprint("ticket_files", __name__, url_prefix="/tickets/<uuid:ticket_id>/attachments")
ACCEPTED = ",".join((*SUFFIX.values(), ".jpeg"))
"""What the browser's file dialogue offers; what a file is, is told by its content."""
LOCKED = "default-src 'none'; sandbox"
"""Policy for what somebody else has written: should a browser show it after all, nothing in it runs."""


def attachment_megabytes() -> int:
    """Return how large a file may be, in megabytes."""
    return exchange().settings.attachment_megabytes


WORDS = {"attachment_accepted": ACCEPTED, "attachment_megabytes": attachment_megabytes}
"""What the templates ask."""


@views.post("")
@needs(Permission.TICKETS_WORK)
def attach(ticket_id: UUID) -> AnyResponse:
    """Keep the chosen files: all of them, or none and why."""
    return take(ticket_id, "files", _attach, additive=True)


def _attach(held: Held) -> None:
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise WrongError(_("请选择文件。"))
    most = held.x.settings.attachment_megabytes << 20
    for file in files:
        content, name = file.stream.read(most + 1), file.filename or ""
        try:
            attachments.add(held.session, held.x.vault, held.ticket, name, content, held.by, held.now, most=most)
        except AttachmentError as error:
            reason = cases.in_language(str(error), language())
            raise WrongError(_("“%(name)s”：%(reason)s。", name=name[:100], reason=reason)) from None


@views.get("/<uuid:attachment_id>")
@needs(Permission.ATTACHMENTS_OPEN)
def download(ticket_id: UUID, attachment_id: UUID) -> Response:
    """A file, to be saved and never shown by the browser as a page of ours."""
    x = exchange()
    with x.sessions.begin() as session:
        ticket = queries.find(session, current.reach(), ticket_id) or abort(404)
        row = attachments.find(session, ticket_id, attachment_id) or abort(404)
        try:
            content = attachments.open_(x.vault, row)
        except AttachmentError:
            abort(410)
        current.note(
            session, What.ATTACHMENT_OPENED, station_id=ticket.station_id, ticket_id=ticket.id, subject=row.name
        )
        answer = send_file(BytesIO(content), MIME[row.kind], as_attachment=True, download_name=row.name)
    answer.headers["Content-Security-Policy"] = LOCKED
    return answer


@views.post("/<uuid:attachment_id>/remove")
@needs(Permission.TICKETS_WORK)
def remove(ticket_id: UUID, attachment_id: UUID) -> AnyResponse:
    """Remove a file for good; the history says that it was there."""

    def step(held: Held) -> None:
        row = attachments.find(held.session, ticket_id, attachment_id) or abort(404)
        attachments.remove(held.session, row, held.by, held.now)

    return take(ticket_id, "files", step, additive=True)
