"""The prompts: every sentence that callers hear, its words edited, recorded or uploaded, heard, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.calls.prompts import desk, live
from hotline.calls.prompts.desk import Author, Prompt, PromptError
from hotline.calls.prompts.sound import LARGEST
from hotline.directory.models import Tenant
from hotline.web.language import N_, _
from hotline.web.security import HEADERS
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from ivr_flows.engine.check import most_seconds, seconds_at_most

views = Blueprint("directory_prompts", __name__, url_prefix="/directory/prompts")
LANGUAGES: Mapping[str, str] = {"zh-CN": N_("中文"), "en": N_("英文")}
SECTIONS: Mapping[str, str] = {
    "main_line": N_("主线问候"), "volunteer_line": N_("志愿热线问候"), "partner_line": N_("伙伴专线问候"),
    "entrance": N_("按9以后"), "choose": N_("读单子"), "trying": N_("换一处振铃"), "message": N_("留言"),
    "closing": N_("结束语"), "progress": N_("查问进度"), "accept_call": N_("值班员接听"), "wrap_up": N_("通话登记"),
    "staff": N_("值班菜单"), "duty_check": N_("到岗确认"), "handset_test": N_("手机测试"), "handover": N_("交接班"),
    "feedback": N_("回访"), "callback": N_("回电"), "referral_offer": N_("请人协办"), "referral_case": N_("协办结果"),
    "who_rings": N_("三方通话"), "reminder": N_("提醒"), "notice": N_("通知"), "error": N_("出错时"),
}  # fmt: skip
"""Section of the prompts -> what pages call it."""
WHATS: Mapping[str, str] = {
    "words": N_("改了文字"), "original": N_("恢复原文"), "recorded": N_("换了录音"), "silenced": N_("停用录音"),
    "undone": N_("撤销"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One language of a prompt on the list."""

    text: str
    changed: bool
    audio: str


@views.get("")
@needs(Permission.SYSTEM_EDIT)
def overview() -> str:
    """Every prompt by section, in both languages."""
    x = exchange()
    with x.sessions() as session:
        kept = {(one.key, one.language): one for one in live.latest(session)}
    sections: dict[str, dict[str, dict[str, Line]]] = {}
    for language in LANGUAGES:
        for key, text in x.prompts.original.languages[language].items():
            one = kept.get((key, language))
            line = Line((one.text if one else None) or text, bool(one and one.text), one.audio if one else "")
            sections.setdefault(key.partition(".")[0], {}).setdefault(key, {})[language] = line
    return render_template("prompts.html", sections=sections, languages=LANGUAGES, names=SECTIONS)


@views.get("/<key>")
@needs(Permission.SYSTEM_EDIT)
def show(key: str) -> AnyResponse:
    """One prompt with its words, its recording and its history."""
    return _page(key)


@views.post("/<key>/words")
@needs(Permission.SYSTEM_EDIT)
def words(key: str) -> AnyResponse:
    """Let the prompt say other words."""
    typed = request.form.get("text", "").replace("\0", "")
    return _change(key, lambda session, prompt, by: desk.say(session, exchange().prompts.original, prompt, typed, by))


@views.post("/<key>/recording")
@needs(Permission.SYSTEM_EDIT)
def recording(key: str) -> AnyResponse:
    """Let the prompt play what was uploaded or recorded in the browser."""
    file = request.files.get("file")
    content = file.stream.read(LARGEST + 1) if file else b""
    x = exchange()
    return _change(
        key, lambda session, prompt, by: desk.record(session, x.prompts.original, prompt, content, x.prompts.folder, by)
    )


@views.post("/<key>/silence")
@needs(Permission.SYSTEM_EDIT)
def silence(key: str) -> AnyResponse:
    """Let the words be spoken again instead of the recording."""
    return _change(key, desk.silence)


@views.post("/<key>/undo/<int:number>")
@needs(Permission.SYSTEM_EDIT)
def undo(key: str, number: int) -> AnyResponse:
    """Take the newest change back."""
    x = exchange()
    return _change(
        key,
        lambda session, prompt, by: desk.undo(session, x.prompts.original, prompt, number, x.prompts.folder, by),
    )


def may_change() -> bool:
    """Return whether whoever asks may change prompts: they are the whole installation's, not one tenant's."""
    reach = current.reach()
    if reach.tenant_id is None:
        return True
    with exchange().sessions() as session:
        return reach.whole and session.scalar(select(func.count()).select_from(Tenant)) == 1


def _change(key: str, make: Callable[[Session, Prompt, Author], None]) -> AnyResponse:
    """Make one change unless the prompt was changed meanwhile; what was typed stays where it is refused."""
    if not may_change():
        abort(403)
    x, form = exchange(), request.form
    account = current.current().account
    with x.sessions() as session:
        prompt = desk.find(session, x.prompts.original, key, form.get("language", ""), lock=True) or abort(404)
        if form.get("version", "") != prompt.version:
            problem = _("您修改期间，别人改动了这一句，您的没有保存。请看过再改。")
            return _page(key, prompt.language, problem, 409)
        try:
            make(session, prompt, Author(account.name, account.id, x.clock()))
        except PromptError as error:
            session.rollback()
            return _page(key, prompt.language, str(error), 422)
        current.note(session, What.PROMPT_CHANGED, subject=f"{key} {prompt.language}")
        session.commit()
        x.prompts.refresh(session)
    flash(_("已保存，下一个来电就会听到。"), "good")
    return redirect(url_for("directory_prompts.show", key=key), 303)


def _page(key: str, wrong_in: str = "", problem: str = "", status: int = 200) -> Response:
    x = exchange()
    original = x.prompts.original
    with x.sessions() as session:
        found = {language: desk.find(session, original, key, language) for language in LANGUAGES}
        if not any(found.values()):
            abort(404)
        parts = [
            {
                "prompt": prompt, "language": language, "original": original.text(key, language),
                "text": (prompt.change.text if prompt.change else None) or original.text(key, language),
                "values": sorted(original.values(key, language)), "history": desk.history(session, key, language, 20),
                "seconds": seconds_at_most(original, key, language), "most": most_seconds(key),
                "list": bool(desk.LISTS & original.values(key, language)),
            }
            for language, prompt in found.items() if prompt
        ]  # fmt: skip
    page = render_template(
        "prompt.html", key=key, section=SECTIONS.get(key.partition(".")[0], ""),
        parts=parts, languages=LANGUAGES, whats=WHATS, problem=problem, wrong_in=wrong_in,
        typed=request.form.get("text"), may_change=may_change(), largest=LARGEST // 1024**2,
    )  # fmt: skip
    answer = make_response(page, status)
    answer.headers["Permissions-Policy"] = HEADERS["Permissions-Policy"].replace("microphone=()", "microphone=(self)")
    return answer
