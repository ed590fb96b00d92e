"""hotline serve: everything that makes the hotline run, on one machine, until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from hotline import settings as settings_module
from hotline.commands import checks, services, speak
from hotline.embedded.folder import DataFolder
from hotline.embedded.listening import listen
from hotline.embedded.postgres import Postgres
from hotline.embedded.supervisor import Supervisor
from hotline.embedded.valkey import Valkey, free_port
from hotline.settings import Settings

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Hotline:
    """A start in steps; each says what it did. ``stop`` undoes whatever has been started."""

    settings: Settings
    folder: DataFolder
    supervisor: Supervisor
    listening: socket.socket = field(init=False)

    def start(self) -> None:
        """Take every step up to a running hotline. Raises EmbeddedError at the first that cannot be taken."""
        checks.secrets_for(self.settings)
        self.folder.claim()
        self._ports()
        self._servers()
        self._schema()
        self._first_county()
        self._first_accounts()
        self._application()

    def _ports(self) -> None:
        self.listening = listen(self.settings.host, self.settings.port, "HOTLINE_PORT")
        if self.settings.carrier == "simulator":
            listen(self.settings.host, self.settings.port + 1, "HOTLINE_PORT").close()

    def _servers(self) -> None:
        embedded = []
        postgres = Postgres(self.folder.postgres, self.folder.logs / "postgres.log")
        valkey = Valkey(self.folder.valkey, self.folder.logs / "valkey.log", free_port(), self.folder.secret("valkey"))
        if self.settings.database_url:
            checks.database_answers(self.settings.database_url)
            speak.tell("✓", "使用 HOTLINE_DATABASE_URL 的数据库", "using the database of HOTLINE_DATABASE_URL")
        else:
            embedded.append(services.postgres_service(postgres))
        if self.settings.redis_url:
            checks.broker_answers(self.settings.redis_url)
            speak.tell("✓", "使用 HOTLINE_REDIS_URL 的消息队列", "using the broker of HOTLINE_REDIS_URL")
        else:
            embedded.append(services.valkey_service(valkey))
        self.supervisor.start(embedded)
        if not self.settings.database_url:
            postgres.ensure_database()
        self._tell_children(
            HOTLINE_DATABASE_URL=self.settings.database_url or postgres.url(),
            HOTLINE_REDIS_URL=self.settings.redis_url or valkey.url,
            HOTLINE_DATA_DIR=str(self.folder.path),
            HOTLINE_PUBLIC_URL=self.settings.public_url or services.local_url(self.settings),
        )
        if self.settings.carrier == "simulator" and not self.settings.carrier_api_url:
            self._tell_children(HOTLINE_CARRIER_API_URL=services.local_url(self.settings, 1))

    def _tell_children(self, **values: str) -> None:
        """Put settings found here into the environment, for the programs we start and for ourselves."""
        os.environ.update(values)
        settings_module.load.cache_clear()
        self.settings = settings_module.load()

    def _schema(self) -> None:
        from hotline.migrations import schema

        schema.upgrade(self.settings.database_url)
        speak.tell("✓", "数据库结构为最新", "the database has the newest schema")

    def _first_county(self) -> None:
        from hotline.commands.county import import_sample

        name = import_sample(self.settings) if self.settings.carrier == "simulator" else None
        if name:
            speak.tell(
                "✓", f"已载入示例：{name}（人员和号码均为虚构）", "the sample county is loaded, all of it made up"
            )

    def _first_accounts(self) -> None:
        from hotline.commands.demo import make_demo_accounts
        from hotline.commands.user import anybody

        if make_demo_accounts(self.settings):
            speak.tell("✓", "演示账号可用，在工单页点一下即可登录", "demo accounts: one click on the page signs in")
        elif not anybody(self.settings):
            speak.tell("!", "还没有账号，请运行 hotline user add", "there is no account yet: hotline user add --help")

    def _application(self) -> None:
        from hotline.commands.county import write_county_phonebook, write_last_resort

        write_last_resort(self.settings)
        started = services.application_services(self.settings, self.folder, self.listening)
        if self.settings.carrier == "simulator":
            phonebook = self.folder.path / "phonebook.json"
            write_county_phonebook(self.settings, phonebook)
            started.insert(0, services.simulator_service(self.settings, self.folder, phonebook))
        self.supervisor.start(started)

    def stop(self) -> None:
        """Stop everything that was started and give the folder back; who rings from now on goes to the fallback."""
        if hasattr(self, "listening"):
            self.listening.close()
        self.supervisor.stop()
        self.folder.release()


def serve() -> None:
    """Run the hotline until Ctrl-C or SIGTERM. Raises EmbeddedError when it cannot be started."""
    settings = checks.load_settings()
    folder = DataFolder(settings.data_dir)
    hotline = Hotline(settings, folder, Supervisor(folder.path, speak.tell))
    for number in ENDING:
        signal.signal(number, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            hotline.start()
            announce(hotline.settings)
            hotline.supervisor.watch(threading.Event(), services.RENEWABLE)
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        speak.line()
        speak.tell("·", "正在停止", "stopping")
        hotline.stop()
    speak.tell("✓", "已全部停止，数据已保留", "everything is stopped, the data is kept")


def announce(settings: Settings) -> None:
    """Say where to look, or with a real carrier what to enter there."""
    speak.line()
    if settings.carrier == "simulator":
        speak.line(f"  电话墙 · phone wall   {services.local_url(settings, 1)}/")
        speak.line(f"  工单 · tickets        {services.local_url(settings)}/")
    else:
        speak.line(f"  工单 · tickets        {settings.base_url}/")
        speak.line(f"  请在运营商（{settings.carrier}）处填写 · Enter these at the carrier (POST):")
        for label, path in (("来电 · voice", "voice"), ("状态 · status", "status"), ("备用 · fallback", "fallback")):
            speak.line(f"    {label:<16} {settings.base_url}/carrier/{path}")
        speak.line(f"  本机全停时由运营商执行 · for when all of this is down: {settings.data_dir / 'fallback'}")
    speak.line("  Ctrl-C 停止 · stops everything")
    speak.line()


def replace_with_web(settings: Settings) -> None:
    """Become the web server; for containers that run each part apart."""
    argv = services.web_argv(settings)
    os.execv(argv[0], argv)  # noqa: S606  (no shell is the point)
