"""hotline fallback: the documents that the carrier runs while the whole application is down."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hotline.commands import speak

app = typer.Typer(help="最后保障：系统全停时运营商执行的文档 · The last resort at the carrier.", no_args_is_help=True)


@app.callback()
def _main() -> None:
    """Keep ``export`` a command of its own."""


@app.command()
def export(
    folder: Annotated[Path | None, typer.Argument(help="要写入的文件夹 · the folder to write to")] = None,
) -> None:
    """为每条线路写一份静态 TwiML：先拨值班手机，再拨县中心，最后留言 · Write each line's static document.

    把它们放到运营商或别处的主机上，填作号码的备用地址（GET）；HOTLINE_FALLBACK_URL 是那个地址。
    Host them away from this machine and enter them as the numbers' fallback address (GET).
    """
    from hotline.calls import last_resort
    from hotline.commands.database import exchange
    from hotline.embedded.errors import EmbeddedError

    with exchange() as x:
        target = folder or last_resort.folder(x.settings)
        try:
            names = last_resort.write(x, target, x.clock())
        except OSError as error:
            raise EmbeddedError(f"无法写入 {target} (cannot be written): {error.strerror}") from error
        for name in names:
            speak.line(f"  {target / name}")
        if not x.settings.fallback_url:
            speak.tell(
                "!",
                "没有设置 HOTLINE_FALLBACK_URL：值班手机的语音信箱可能被当成有人接听",
                "without HOTLINE_FALLBACK_URL nobody is asked for a key, and a mailbox may pass for a human",
            )
