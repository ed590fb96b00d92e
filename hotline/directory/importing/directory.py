"""The directory's kinds of rows, in the order in which they are written."""

from __future__ import annotations

from hotline.directory.importing.branches import BRANCH_LINES, PARTNERS, TEAMS
from hotline.directory.importing.lines import LINES, POLICIES
from hotline.directory.importing.people import HANDSETS, STAFF
from hotline.directory.importing.places import STATIONS, TENANT
from hotline.directory.importing.survivors import HOUSEHOLDS, SURVIVORS
from hotline.sheets.kinds import Kinds

KINDS: Kinds = (
    TENANT,
    STATIONS,
    HANDSETS,
    STAFF,
    HOUSEHOLDS,
    SURVIVORS,
    TEAMS,
    PARTNERS,
    BRANCH_LINES,
    LINES,
    POLICIES,
)
