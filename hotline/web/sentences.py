"""A ticket's history in sentences. A new kind of event: one line in ``PLAIN``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.web.formats import duration, moment
from hotline.web.language import N_, _, words
from hotline.web.people import Names
from tickets.desk import OUTCOMES
from tickets.levels import CATEGORIES
from tickets.models import TicketEvent
from tickets.states import ACTION_WORDS, STATE_WORDS, Action, State


@dataclass(frozen=True)
class Sentence:
    """One line of history: ``tone`` is plain, good, warn or bad."""

    at: datetime
    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class _Told:
    """What a sentence is made of."""

    by: str
    data: Mapping[str, Any]
    names: Names

    def seconds(self, key: str) -> str:
        return duration(float(self.data.get(key) or 0))

    def values(self) -> dict[str, str]:
        times = {key: self.seconds(key) for key in ("seconds", "waited", "talked")}
        kept = ("tries", "why", "advice", "to", "reference", "words", "said", "name", "ticket", "into")
        plain = {key: str(self.data.get(key, "")) for key in kept}
        return plain | times | {"by": self.by, "line": self._line(str(self.data.get("line", "")))}

    def _line(self, name: str) -> str:
        """A line's name in the reader's language, where it is still known under the name that was noted."""
        return next((self.names.line(id_) for id_, line in self.names.lines.items() if line.name == name), name)


def sentence(event: TicketEvent, names: Names) -> Sentence:
    """Return an event as a sentence; a kind without one is shown by its name, never hidden."""
    told = _Told(_actor(event.actor), event.data, names)
    if event.kind in PLAIN:
        tone, text = PLAIN[event.kind]
        return Sentence(event.at, _(text, **told.values()), tone)
    tone, tell = WEIGHED.get(event.kind, ("plain", None))
    return Sentence(event.at, tell(told) if tell else _moved(event, told), tone)


def _actor(actor: str) -> str:
    return {"system": _("系统"), "caller": _("来电人")}.get(actor, actor)


def _moved(event: TicketEvent, told: _Told) -> str:
    """A step of the life cycle, or something that has no sentence of its own."""
    if event.kind not in list(Action):
        return _("%(by)s：%(kind)s", by=told.by, kind=event.kind)
    state = STATE_WORDS.get(State(event.data["after"])) if event.data.get("after") in list(State) else None
    action = words(ACTION_WORDS[Action(event.kind)])
    if state is None:
        return _("%(by)s：%(kind)s", by=told.by, kind=action)
    return _("%(by)s：%(action)s，工单转为“%(state)s”。", by=told.by, action=action, state=words(state))


def _chosen(told: _Told) -> str:
    what, value = told.data.get("what", ""), str(told.data.get("value", ""))
    if what == "urgent":
        return _("来电人选择了紧急求助。")
    if what == "station":
        return _("来电人选择了服务站：%(name)s。", name=told.names.station(_uuid(value)) or value)
    if what == "survivor":
        found = told.names.survivors.get(_uuid(value) or UUID(int=0))
        return _("来电人说明了自己是谁：%(name)s。", name=found.name if found else _("不详"))
    pair = NEEDS.get(value) or DOMAINS.get(value) or (value, value)
    return _("来电人选择了：%(name)s。", name=words(pair))


def _promised(told: _Told) -> str:
    why = {
        "nobody_answered": _("各级都无人接听"),
        "abandoned": _("接通前已挂断"),
        "message": _("来电人留了言"),
        "from_outside": _("其他系统转来"),
        "unconfirmed": _("没有确认是真人接听"),
        "merged": _("并单"),
    }.get(str(told.data.get("why")), "")
    by = moment(datetime.fromisoformat(told.data["by"]))
    if not why:
        return _("承诺在 %(by)s 前回电。", by=by)
    return _("%(why)s，承诺在 %(by)s 前回电。", why=why, by=by)


def _call_ended(told: _Told) -> str:
    seconds = told.seconds("seconds")
    found_over = told.data.get("how") == "found_over"
    match told.data.get("outcome"):
        case "answered":
            text = _("通话结束，共 %(seconds)s，交谈 %(talked)s。", seconds=seconds, talked=told.seconds("talked"))
        case "message":
            text = _("留言后通话结束，共 %(seconds)s。", seconds=seconds)
        case "told":
            text = _("听完办理进度后挂断，共 %(seconds)s，不用回电。", seconds=seconds)
        case "unconfirmed":
            text = _("通话结束，共 %(seconds)s，没有确认是真人接听。", seconds=seconds)
        case _:
            text = _("未接通，来电人在 %(seconds)s后挂断。", seconds=seconds)
    return text + (_("（运营商未通知，向其查询后得知）") if found_over else "")


def _wrapped_up(told: _Told) -> str:
    outcome = OUTCOMES.get(str(told.data.get("outcome")))
    return _("%(by)s 办理小结：%(outcome)s。", by=told.by, outcome=words(outcome) if outcome else "")


def _feedback(told: _Told) -> str:
    ratings = {"satisfied": _("满意"), "mostly": _("基本满意"), "not": _("不满意")}
    solved = {"True": _("已解决"), "False": _("未解决")}
    said = [ratings.get(str(told.data.get("rating")), ""), solved.get(str(told.data.get("solved")), "")]
    return _("%(by)s 回访：%(said)s。", by=told.by, said=" · ".join(s for s in said if s) or _("没有表态"))


def _answer_noted(told: _Told) -> str:
    if before := str(told.data.get("before") or ""):
        return _("%(by)s 更正了答复，原为：%(before)s", by=told.by, before=before)
    return _("%(by)s 写下了问答内容。", by=told.by)


def _corrected(told: _Told) -> str:
    def name(code: object) -> str:
        pair = NEEDS.get(str(code)) or DOMAINS.get(str(code))
        return words(pair) if pair else _("未定")

    pairs = [told.data[key] for key in ("need", "domain") if key in told.data]
    changes = [_("“%(before)s”改为“%(after)s”", before=name(old), after=name(new)) for old, new in pairs]
    return _("%(by)s 更正了需求：%(changes)s。", by=told.by, changes=" · ".join(changes))


def _classified(told: _Told) -> str:
    pair = CATEGORIES.get(told.data.get("category", "general"))
    return _("%(by)s 给工单归类：%(category)s。", by=told.by, category=words(pair) if pair else "")


def _guidance_helped(told: _Told) -> str:
    helped = {"yes": _("有帮助"), "no": _("没有帮助")}.get(str(told.data.get("helped")), _("尚不清楚"))
    return _(
        "%(by)s 记录了指引的效果：%(advice)s，%(helped)s。",
        by=told.by,
        advice=told.data.get("advice", ""),
        helped=helped,
    )


def _referral_done(told: _Told) -> str:
    if result := str(told.data.get("words") or ""):
        return _("%(by)s 办结了转办事项：%(result)s", by=told.by, result=result)
    return _("%(by)s 办结了转办事项。", by=told.by)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


PLAIN: Mapping[str, tuple[str, str]] = {
    "opened": ("plain", N_("工单建立。")),
    "from_outside": ("plain", N_("%(by)s 转来，编号 %(reference)s：%(words)s")),
    "called": ("plain", N_("来电，拨打的是“%(line)s”。")),
    "unheard": ("bad", N_("来电时系统停机，由运营商执行备用文档；事后从运营商记录补登，是否有人接听不详。")),
    "from_snapshot": ("warn", N_("数据库没有应答，来电按本机快照接续，过后补记。")),
    "answer": ("good", N_("%(by)s 按键接听，等候 %(waited)s。")),
    "answered_late": ("good", N_("工单办结后，%(by)s 又接听了来电。")),
    "no_number_to_ring": ("bad", N_("未接通，来电人没有显示号码，无法回电；工单保持待办。")),
    "message_left": ("warn", N_("来电人留言 %(seconds)s。")),
    "cut_off": ("bad", N_("接听 %(talked)s后中断，来电人仍在线，继续转接。")),
    "urgent": ("bad", N_("标为紧急。")),
    "wrap_up_skipped": ("warn", N_("%(by)s 跳过了办理小结。")),
    "refused": ("warn", N_("没有办成：%(why)s")),
    "link_sent": ("plain", N_("登记用的一次性链接已发到%(by)s。")),
    "branch_in_vain": ("warn", N_("%(by)s 给来电人打电话，无人接听。")),
    "attached": ("plain", N_("%(by)s 添加了附件：%(name)s。")),
    "attachment_removed": ("warn", N_("%(by)s 删除了附件：%(name)s。")),
    "assigned": ("plain", N_("%(by)s 把工单交给了%(to)s。")),
    "merged_in": ("plain", N_("%(by)s 把 %(ticket)s 号工单并入了这张工单。")),
    "merge": ("warn", N_("%(by)s 把这张工单并入了 %(into)s 号工单。")),
    "came": ("good", N_("%(by)s 上门了。")),
    "comment": ("plain", N_("%(by)s 备注：%(said)s")),
    "memo": ("plain", N_("%(by)s 口述了一段记录。")),
    "called_back": ("good", N_("%(by)s 回电并通话 %(talked)s。")),
    "call_back_in_vain": ("warn", N_("第 %(tries)s 次回电，无人接听。")),
    "call_back_given_up": ("bad", N_("回电 %(tries)s 次未果，转由人工联系。")),
    "call_back_nobody": ("bad", N_("回电时值班链上无人应答，稍后再试。")),
    "guidance": ("good", N_("%(by)s 给出服务指引：%(advice)s。")),
    "referral_accepted": ("good", N_("%(by)s 接下了转办。")),
    "referral_refused": ("warn", N_("%(by)s 不能承办，退回服务站。")),
    "referral_failed": ("bad", N_("%(by)s 未按期办结，退回服务站。")),
    "referral_withdrawn": ("plain", N_("收回了交给 %(to)s 的转办。")),
    "feedback_not_reached": ("warn", N_("回访 %(tries)s 次未联系上。")),
    "clock": ("warn", N_("时限提醒已发出。")),
    "survivor_awaited": ("plain", N_("等候来电人答复，时限暂停。")),
    "survivor_back": ("plain", N_("来电人已答复，时限继续。")),
    "survivor_told": ("good", N_("已把办理进展告诉来电人。")),
    "reminder_acknowledged": ("plain", N_("%(by)s 收到了催办。")),
}
"""Kind of event -> its tone and its sentence, filled from the event (seconds become durations)."""

WEIGHED: Mapping[str, tuple[str, Callable[[_Told], str]]] = {
    "chosen": ("plain", _chosen),
    "call_back_promised": ("warn", _promised),
    "call_ended": ("plain", _call_ended),
    "wrapped_up": ("good", _wrapped_up),
    "feedback": ("plain", _feedback),
    "answer_noted": ("plain", _answer_noted),
    "corrected": ("plain", _corrected),
    "guidance_helped": ("plain", _guidance_helped),
    "referral_done": ("good", _referral_done),
    "classified": ("plain", _classified),
}
"""Kinds whose sentence depends on what is in them; the life cycle's own steps are told by ``_moved``."""
