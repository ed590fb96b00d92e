"""The lists that can be had as files. A new list: a Listing in hotline/exports/lists, its place here."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.exports.lists import accounts, calls, duty, notices, tickets
from hotline.exports.shape import Listing

LISTINGS: Mapping[str, Listing] = {
    listing.code: listing
    for listing in (
        tickets.TICKETS, calls.CALLS, calls.ATTEMPTS, duty.DUTY, notices.NOTICES,
        accounts.ACCOUNTS, accounts.ACCESS, accounts.TOKENS,
    )
}  # fmt: skip
"""Code -> list, in the order in which they are offered."""
