"""What can be wrong with the machine, said in one sentence."""

from __future__ import annotations


class EmbeddedError(Exception):
    """Something around us does not let us start; the message is one sentence, Chinese and then English."""
