"""The sample county of the first start, and the phone wall's book of its telephones."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from hotline import directory
from hotline.calls.exchange import make_exchange
from hotline.commands.phonebook import write_phonebook
from hotline.directory.models import Tenant
from hotline.settings import Settings

SAMPLE = Path(directory.__path__[0]) / "samples" / "qinshui.yaml"
