"""The socket that callers' webhooks come in on. It outlives the web servers behind it, so that none is ever refused.

Whoever keeps the hotline running opens it and hands it down; connections wait in it while one web server follows
another. As a program this module is granian on such a socket:

    python -m hotline.embedded.listening FD GRANIAN'S ARGUMENTS...

Granian opens one itself for each of its workers, and what waits in a closing one is lost (docs/adr/0028).
"""

from __future__ import annotations

import socket
import sys

from hotline.embedded.errors import EmbeddedError

WAITING = 1024
"""Connections that may wait for a web server."""
SILENT_SECONDS = 5
"""Linux shows us a connection when its first bytes are there: one without any would be cut by a server that stops."""


def listen(host: str, port: int, setting: str) -> socket.socket:
    """Open the socket. Raises EmbeddedError naming ``setting`` when somebody else has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.create_server((host, port), family=family, backlog=WAITING)
    except (OSError, OverflowError) as error:
        raise EmbeddedError(
            f"无法使用 {host} 的端口 {port}（{getattr(error, 'strerror', error)}），请停止占用它的程序或另设 {setting}"
            f" (the port cannot be used: stop what uses it, or set {setting} to another)"
        ) from error
    if hasattr(socket, "TCP_DEFER_ACCEPT"):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)
    opened.setblocking(False)
    return opened


def main() -> None:
    """Run granian's command line on the socket whose number is the first argument."""
    from granian import cli
    from granian._granian import SocketHolder
    from granian.server.mp import MPServer

    number = int(sys.argv.pop(1))

    class Server(MPServer):
        """Listens on what it was given. MPServer does the same with a socket of its own where there is no Linux."""

        def _init_shared_socket(self) -> None:
            holder = SocketHolder(number, False, WAITING)  # type: ignore[call-arg]  # its stub names no arguments
            vars(self).update(_ssp=None, _shd=holder, _sfd=number, _sso=socket.socket(fileno=number))

    vars(cli)["Server"] = Server
    cli.entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
