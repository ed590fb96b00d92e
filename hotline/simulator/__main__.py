"""The simulated carrier as a process: ``python -m hotline.simulator --help``."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import logging
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from hotline.simulator.carrier import Carrier, Config
from hotline.simulator.phonebook import PhonebookError, load
from hotline.simulator.switches import PROFILES, Switches
from hotline.simulator.transport import HttpTransport
from hotline.simulator.web.server import make_app


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's settings; ends the process with a sentence when they are wrong."""
    parser = argparse.ArgumentParser(prog="hotline simulate", description="模拟运营商 · A simulated carrier")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址 · address to listen on")
    parser.add_argument("--port", type=int, default=8081, help="端口 · port")
    parser.add_argument("--url", default="", help="对外地址 · address under which the application reaches it")
    parser.add_argument(
        "--data", type=Path, default=Path(".hotline/simulator"), help="录音目录 · folder for recordings"
    )
    parser.add_argument("--phonebook", type=Path, action="append", default=[], help="电话簿 · telephones, JSON")
    parser.add_argument("--lines", type=Path, action="append", default=[], help="线路 · published numbers, JSON")
    parser.add_argument("--account", default=Config.account, help="账号 · account")
    parser.add_argument(
        "--token", default=os.environ.get("HOTLINE_SIMULATOR_TOKEN", Config.token), help="密钥 · signs webhooks"
    )
    parser.add_argument("--webhook", default="http://127.0.0.1:8080", help="应用地址 · where the application is")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="twilio", help="运营商 · carrier to imitate")
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="开关 · see switches.py")
    parser.add_argument("--verbose", action="store_true", help="详细日志 · say more")
    return parser.parse_args(argv)


def switches(base: Switches, changes: list[str]) -> Switches:
    """Return ``base`` with ``name=value`` changes. Raises ValueError naming the bad one."""
    known = {field.name: getattr(base, field.name) for field in dataclasses.fields(base)}
    for change in changes:
        name, _, text = change.partition("=")
        if name not in known:
            raise ValueError(f"--switch {name}: known are {', '.join(sorted(known))}")
        old = known[name]
        known[name] = text == "true" if isinstance(old, bool) else text if isinstance(old, str) else float(text)
    return Switches(**known)


async def serve(options: argparse.Namespace) -> None:
    """Run until told to stop. Raises OSError when the port is taken, PhonebookError, ValueError."""
    profile = PROFILES[options.profile]
    config = Config(
        account=options.account,
        token=options.token,
        url=(options.url or f"http://{options.host}:{options.port}").rstrip("/"),
        data=options.data,
        profile=profile,
        switches=switches(profile.switches, options.switch),
    )
    loop = asyncio.get_running_loop()
    transport = HttpTransport(profile.switches.webhook_ceiling_seconds)
    carrier = Carrier(config, transport, loop)
    for file in (*options.lines, *options.phonebook):
        load(carrier, file, options.webhook)
    runner = web.AppRunner(make_app(carrier, options.webhook), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        sys.stdout.write(f"电话墙 · phone wall: http://{options.host}:{options.port}/\n")
        sys.stdout.flush()
        await stopped.wait()
    finally:
        await carrier.stop()
        await runner.cleanup()
        await transport.close()


def main() -> None:
    """Run the process."""
    options = arguments()
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, format="%(levelname)s %(message)s")
    try:
        asyncio.run(serve(options))
    except OSError as error:
        sys.exit(f"端口 {options.port} 无法使用 · port {options.port} cannot be used: {error.strerror or error}")
    except (PhonebookError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
