"""The clock of the periodic tasks: it sends their names at their times and imports none of them."""

from __future__ import annotations

from hotline import settings
from hotline.worker import make_app

app = make_app(settings.load(), tasks=())
