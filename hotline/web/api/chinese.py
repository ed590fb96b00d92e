"""What the API's document says in Chinese beside the English of the views: a line an operation, a line a group."""

from __future__ import annotations

from hotline.intake import KINDS

TAGS: dict[str, tuple[str, str]] = {
    "about": ("关于接口", "About"),
    "tickets": ("工单", "Tickets"),
    "calls": ("来电", "Calls"),
    "directory": ("通讯录", "Directory"),
    "roster": ("排班", "Rosters"),
    "statistics": ("统计", "Statistics"),
}
"""Group -> Chinese, English, in the order in which they are shown."""

_SAID: dict[str, str] = {
    "GET /health": "系统和数据库是否正常。",
    "GET /me": "当前令牌的权限、范围和期限。",
    "GET /tickets": "令牌范围内的工单，新的在前。",
    "POST /tickets": "转来一件事：返回 201 表示新建了工单，200 表示同一编号已经转来过。",
    "GET /tickets/{ticket_id}": "一张工单和它的记录；带 ETag。",
    "POST /tickets/{ticket_id}/comments": "写一条备注。",
    "PUT /tickets/{ticket_id}/answer": "写下或更正答复、需求、领域。",
    "POST /tickets/{ticket_id}/guidance": "给出服务指引。",
    "POST /tickets/{ticket_id}/steps": "跟进、办结、归档、重新办理；或记下已告知、已上门、等候来电人、来电人已答复。",
    "POST /tickets/{ticket_id}/referrals": "转给协作单位或志愿队：系统打电话询问，或推送给对方系统。",
    "POST /tickets/{ticket_id}/referrals/result": "回告转办的结果：接下、办结、不能承办、没有办成。",
    "POST /tickets/{ticket_id}/feedback": "登记群众的评价；不满意或未解决时工单重新办理。",
    "GET /calls": "令牌范围内的来电，新的在前。",
    "GET /calls/{call_id}": "一次来电和它呼叫过、跳过的每一部电话。",
    "GET /directory/{kind}/{code}": "一行，带修改时要用的 ETag。",
    "PUT /directory/{kind}/{code}": "新增一行，或带 If-Match 修改；与导入同样检查，有一处不对就什么都不写。",
    "GET /roster/duty": "某一时刻各站由谁值班。",
    "GET /roster/turns": "一段时间由谁值班：轮值、班次、换班、替班合并后的结果。",
    "GET /roster/gaps": "哪里没有人值班，哪些站没有排班。",
    "GET /roster/shifts": "一段时间内逐个排入的班次。",
    "POST /roster/shifts": "排入一个班次：返回 201 表示已排入，200 表示同一代码已经排过，409 表示与别的班次重叠。",
    "GET /roster/shifts/{shift_id}": "一个班次，带修改时要用的 ETag。",
    "PATCH /roster/shifts/{shift_id}": "移动一个班次，或换人。",
    "DELETE /roster/shifts/{shift_id}": "撤销一个还没有开始的班次。",
    "GET /statistics": "一段时间的来电、接通率、接听用时、回电和三率，附口径与来源。",
}
SUMMARIES = {f"GET /directory/{kind.name}": f"{kind.title}，每页五十行。" for kind in KINDS} | _SAID
"""Method and path below /api/v1 -> a sentence."""
