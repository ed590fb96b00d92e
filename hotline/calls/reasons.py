"""Why a telephone is rung or passed over, in the words of people. Pure."""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "duty": ("值班", "on duty"),
    "handset": ("无排班，响值班手机", "no roster: the station's handset"),
    "paired": ("结对专责人员，正在值班", "paired with the caller, on duty"),
    "cut_off": ("刚才通话中断，先找同一人", "the call was cut off: the same person first"),
    "backup": ("备班", "backup"),
    "unconfirmed": ("备班，值班人员未确认到岗", "backup: the person on duty has not confirmed"),
    "village": ("村（社区）服务站", "the village station"),
    "neighbour": ("相邻服务站", "neighbour station"),
    "parent": ("上级服务站", "parent station"),
    "county": ("县（市）中心", "county centre"),
    "team": ("志愿服务队，服务该需求", "volunteer team that serves the need"),
    "partner": ("社会拥军单位，服务该领域", "partner of the domain"),
    "called_line": ("所拨专线", "the line that was called"),
    "transfer": ("值班员转接，来电人在线等候", "transferred by the duty person, the caller waiting"),
    "again": ("刚才正忙，再试一次", "was busy before, tried again"),
    "not_on_duty": ("当前不值班", "not on duty now"),
    "dead": ("手机失联待确认", "handset out of reach until confirmed"),
    "busy": ("正在其他通话中", "on another call"),
    "own_number": ("来电人本机", "the caller's own number"),
    "already": ("本次已呼叫过", "already rung in this call"),
    "closed": ("不在服务时间", "outside its hours"),
    "other_need": ("不服务该需求", "does not serve this"),
    "too_many": ("同一级人数已满", "enough telephones ring in this tier"),
    "no_time": ("时限内来不及", "no time left before the message"),
    "unreachable": ("没有可拨的号码", "no number to ring"),
}
"""Code -> (Chinese, English)."""

TIERS: dict[str, tuple[str, str]] = {
    "urgent": ("紧急：全线同时振铃", "urgent: the whole trunk at once"),
    "duty": ("值班手机", "duty handset"),
    "backup": ("备班与村站", "backup and village station"),
    "neighbour": ("相邻或上级站", "neighbour or parent station"),
    "county": ("县（市）中心", "county centre"),
    "volunteer": ("志愿服务", "volunteers"),
    "partner": ("社会力量", "social partners"),
    "again": ("再次呼叫", "second try"),
    "message": ("留言", "message"),
}
"""Kind of tier -> (Chinese, English)."""
