"""The ``hotline`` command. Bodies are imported when they run, so that help comes at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from hotline.commands import fallback, guidance, speak, user

PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
"""For commands whose options are read by the part they belong to."""

app = typer.Typer(
    name="hotline",
    help="关爱帮扶热线 1+N · The 1+N care hotline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
flow = typer.Typer(help="语音流程：检查、画图、试走 · The spoken flows: check, draw, walk.", no_args_is_help=True)
app.add_typer(flow, name="flow")
app.add_typer(fallback.app, name="fallback")
app.add_typer(guidance.app, name="guidance")
app.add_typer(user.app, name="user")

Language = Annotated[str, typer.Option(help="zh-CN 或 or en")]


@app.command()
def serve(only: Annotated[str, typer.Option(help="web：只启动网页（容器用） · the web server alone")] = "") -> None:
    """启动全部服务，直到 Ctrl-C · Run everything until Ctrl-C.

    没有设置 HOTLINE_DATABASE_URL、HOTLINE_REDIS_URL 时，自带的 PostgreSQL 和 Valkey 在数据目录中运行。
    Without these two, PostgreSQL and Valkey run in the data folder.
    """
    from hotline.commands import checks
    from hotline.commands import serve as body

    if only == "":
        body.serve()
    elif only == "web":
        settings = checks.load_settings()
        checks.secrets_for(settings)
        body.replace_with_web(settings)
    else:
        raise typer.BadParameter("只能是 web · can only be web", param_hint="--only")


@app.command()
def worker(beat: Annotated[bool, typer.Option(help="运行定时器 · run the timers instead")] = False) -> None:
    """只运行后台任务或定时器（容器用） · Run the background worker or its timers alone."""
    from hotline.commands import checks, services

    checks.secrets_for(checks.load_settings())
    argv = services.beat_argv() if beat else services.worker_argv()
    os.execv(argv[0], argv)  # noqa: S606  (no shell is the point)


@app.command()
def ready(part: Annotated[str, typer.Argument(help="web、worker 或 or timers")] = "web") -> None:
    """一个部分是否正常工作，否则退出码为 1（容器用） · Whether a part does its work; exit code 1 when not."""
    from hotline.commands.ready import check_ready

    check_ready(part)


@app.command()
def migrate(
    draft: Annotated[str, typer.Option(help="按模型写一个新的迁移，说明原因 · write a migration from the models")] = "",
) -> None:
    """把数据库更新到最新结构 · Bring the database to the newest schema."""
    from hotline.commands.database import connected
    from hotline.migrations import schema

    with connected() as settings:
        if draft:
            speak.tell(
                "✓", "已写入新的迁移，请核对", f"written, check it: {schema.draft(settings.database_url, draft)}"
            )
        else:
            speak.tell("✓", "数据库结构为最新", f"the schema is at {schema.head()}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="YAML 或 or XLSX")],
    dry_run: Annotated[bool, typer.Option(help="只检查，不导入 · check only")] = False,
) -> None:
    """导入通讯录、人员、号码；错误一次列全，有错则什么也不导入 · Import a directory, all of it or nothing."""
    from hotline.commands.data import import_into

    import_into(file, dry_run)


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="要写入的文件 · the file to write")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="同上 · the same")] = None,
    tenant: Annotated[str, typer.Option(help="县（市）代码 · code of the county or city")] = "",
) -> None:
    """导出 XLSX（含现有数据的模板）或 YAML · Write the XLSX template with the present data, or YAML."""
    from hotline.commands.data import export_to

    target = xlsx or file
    if target is None:
        raise typer.BadParameter("请指定文件 · name a file", param_hint="FILE")
    export_to(target, tenant)


@app.command(context_settings=PASS_ON)
def duty(context: typer.Context) -> None:
    """谁在值班、哪里有空缺 · Who is on duty, and where nobody is (hotline duty --help)."""
    from hotline.commands.database import connected
    from hotline.roster.cli import app as roster

    if {"-h", "--help"} & set(context.args):
        roster(context.args, prog_name="hotline duty")
    with connected():
        roster(context.args, prog_name="hotline duty")


@app.command()
def plan(
    line: Annotated[str, typer.Option(help="被拨打的热线号码 · the published number that is rung")],
    caller: Annotated[str, typer.Option("--from", help="来电号码；空为保密 · who rings; empty: withheld")] = "",
    at: Annotated[str, typer.Option(help="北京时间，如 · Shanghai time, like 2027-02-06 03:00")] = "",
    need: Annotated[str, typer.Option(help="需求代码 · code of the need")] = "",
    domain: Annotated[str, typer.Option(help="领域代码 · code of the domain")] = "",
    urgent: Annotated[bool, typer.Option(help="紧急求助 · urgent help")] = False,
) -> None:
    """此刻来电会依次呼叫谁、为什么 · Whom a call would ring, in which order, and why."""
    from hotline.commands.plan import show_plan

    show_plan(caller, line, at, need, domain, urgent)


@app.command(context_settings=PASS_ON)
def simulate(context: typer.Context) -> None:
    """只启动模拟运营商 · Run the simulated carrier alone (hotline simulate --help)."""
    argv = [sys.executable, "-m", "hotline.simulator", *context.args]
    os.execv(argv[0], argv)  # noqa: S606  (no shell is the point)


@app.command()
def recount() -> None:
    """重新统计以往各天（手工改过数据之后） · Count all past days anew, after data were changed by hand."""
    from hotline.commands.recount import recount_all

    recount_all()


@app.command("demo")
def demo_(action: Annotated[str, typer.Argument(help="off：清除示例县 · take the sample county away")]) -> None:
    """清除示例县，从空白开始 · Take the sample county away and start empty.

    有真实号码或来电时拒绝；须先有正式账号。Refused where a number or a call is real; a real account must exist first.
    """
    from hotline.commands import demo as body

    if action != "off":
        raise typer.BadParameter("只能是 off · can only be off")
    body.demo_off()


@app.command()
def restart(
    parts: Annotated[list[str] | None, typer.Argument(help="web、worker、beat；空为全部 · none: all of them")] = None,
) -> None:
    """不断一个电话地换上新程序（升级之后） · New processes in place of the running ones; no call is cut.

    新的就绪之后，旧的做完手头的事再退出。The old ones finish what they are at once the new ones are ready.
    """
    from hotline.commands import restart as body
    from hotline.commands.services import RENEWABLE

    if set(parts or ()) - set(RENEWABLE):
        raise typer.BadParameter(", ".join(RENEWABLE), param_hint="PARTS")
    body.restart(parts or ())


@app.command()
def stop() -> None:
    """停止在此数据目录运行的热线 · Stop the hotline that runs on this data folder."""
    from hotline.commands.stop import stop_running

    stop_running()


@app.command()
def key() -> None:
    """生成一个新的加密密钥 · Make a new key for HOTLINE_VAULT_KEYS."""
    from cryptography.fernet import Fernet

    speak.line(Fernet.generate_key().decode())


@flow.command("check")
def flow_check() -> None:
    """检查全部流程：断线、走不到、走不出、缺话术 · Find dangling ends, dead nodes, endless loops, missing words."""
    from hotline.commands.flow import check_all

    check_all()


@flow.command("draw")
def flow_draw(
    name: str,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写入文件 · write to a file")] = None,
    language: Language = "zh-CN",
) -> None:
    """画出一个流程（Mermaid） · Draw a flow as a Mermaid diagram."""
    from hotline.commands.flow import draw_one

    draw_one(name, output, language)


@flow.command("walk")
def flow_walk(name: str = typer.Argument("main_line"), language: Language = "zh-CN") -> None:
    """在终端里试走一个流程 · Walk a flow in the terminal."""
    from hotline.commands.flow import walk_one

    walk_one(name, language)


def main() -> None:
    """Run the command; whatever goes wrong is one sentence and exit code 1 (HOTLINE_DEBUG=1 shows where)."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("HOTLINE_DEBUG"):
            raise
        speak.complain(_sentence(error))
        sys.exit(1)


def _sentence(error: Exception) -> str:
    from hotline.embedded.errors import EmbeddedError

    text = str(error).strip()
    if isinstance(error, (EmbeddedError, ValueError, LookupError)) and text:
        return text
    first = text.splitlines()[0] if text else ""
    return f"出错了 (something went wrong): {type(error).__name__}: {first}（HOTLINE_DEBUG=1 显示详情 shows where）"


if __name__ == "__main__":
    main()
