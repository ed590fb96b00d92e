"""hotline restart: replace the programs of a running hotline by new ones, without a call noticing."""

from __future__ import annotations

from collections.abc import Sequence

from hotline.commands import checks, speak
from hotline.commands.services import RENEWABLE
from hotline.embedded.errors import EmbeddedError
from hotline.embedded.folder import DataFolder
from hotline.embedded.renewing import Renewals


def restart(names: Sequence[str]) -> None:
    """Replace the named parts, or all, one after another. Raises EmbeddedError when one has no successor."""
    folder = DataFolder(checks.load_settings().data_dir)
    if not folder.path.is_dir() or not folder.owner():
        raise EmbeddedError(
            f"没有热线在数据目录 {folder.path} 运行；容器请逐个更换，见 docs/operations.zh.md"
            " (no hotline runs on this data folder; containers are replaced one by one, see docs/operations.md)"
        )
    renewals = Renewals(folder.path)
    for name in names or RENEWABLE:
        renewals.ask(name)
        renewals.wait(name, folder.owner)
        speak.tell("✓", "已换新", f"{name}: replaced")
