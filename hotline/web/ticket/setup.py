"""The pages of the tickets' search, and the forms of a ticket's page."""

from __future__ import annotations

from flask import Flask

from hotline.web.ticket import assigning, attaching, merging, recording, saved, search, work
from tickets.states import ACTION_WORDS, STATE_WORDS


def set_up(app: Flask) -> None:
    """Give the application the search and everything that is done on a ticket's page."""
    for helper in work.HELPERS:
        app.add_template_global(helper)
    app.jinja_env.globals |= {
        "action_words": ACTION_WORDS,
        "state_words": STATE_WORDS,
        **recording.VOCABULARY,
        **attaching.WORDS,
    }
    for part in (search, work, recording, attaching, assigning, saved, merging):
        app.register_blueprint(part.views)
