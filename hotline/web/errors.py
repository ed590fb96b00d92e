"""What a reader sees when a page cannot be shown: a sentence in the reader's language and a way on."""

from __future__ import annotations

import logging

from flask import Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from hotline.vault import VaultError
from hotline.web.api import problems
from hotline.web.language import _
from hotline.web.shedding import CrowdedError

log = logging.getLogger(__name__)


def set_up(app: Flask) -> None:
    """Give the application its error pages; the carrier's webhooks keep their plain answers."""
    app.register_error_handler(HTTPException, _page)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(PoolTimeoutError, _no_database)
    app.register_error_handler(VaultError, _no_key)


def _no_database(error: OperationalError | PoolTimeoutError) -> Response | AnyResponse:
    log.error("no database for %s: %s", request.path, error)
    return _page(ServiceUnavailable(retry_after=5))


def _no_key(error: VaultError) -> Response | AnyResponse:
    log.error("no key for %s: %s", request.path, error)
    words = (
        _("号码打不开"),
        _("加密号码的密钥和数据对不上，号码不能显示也不能拨打。请管理员马上检查设置 HOTLINE_VAULT_KEYS，补上旧密钥。"),
    )
    return _page(ServiceUnavailable(), words)


def _page(error: HTTPException, words: tuple[str, str] | None = None) -> Response | AnyResponse:
    plain = error.get_response()
    if problems.is_ours():
        return _with_headers(problems.problem(error.code or 500), plain) if error.response is None else plain
    if request.path.startswith("/carrier/") or (error.code or 500) < 400:
        return plain
    title, text = words or _special(error) or _words(error.code or 500)
    response = current_app.make_response(
        (render_template("error.html", code=error.code, title=title, text=text), error.code or 500)
    )
    return _with_headers(response, plain)


def _with_headers(response: Response, plain: AnyResponse) -> Response:
    """Keep what a machine reads: which methods there are, and when to come again."""
    for name in ("Allow", "Retry-After"):
        if name in plain.headers:
            response.headers[name] = plain.headers[name]
    return response


def _special(error: HTTPException) -> tuple[str, str] | None:
    """Words for what its code alone does not tell."""
    if isinstance(error, CSRFError):
        return _("页面放得太久了"), _("为了安全，刚才的操作没有执行。请返回上一页，刷新后再做一次。")
    if isinstance(error, CrowdedError):
        return _("看的人太多了"), _("来电优先，页面要等一等。几秒钟后再刷新就好。")
    return None


def _words(code: int) -> tuple[str, str]:
    pages = {
        400: (_("地址有误"), _("这个地址里有读不懂的内容，请从工单列表重新进入。")),
        401: (_("请先登录"), _("登录以后才能看到这里。")),
        403: (_("没有权限"), _("您的角色不能打开这个页面或做这件事。如有需要，请联系管理员。")),
        404: (_("没有这个页面"), _("地址可能写错了，或者这张工单不存在。")),
        405: (_("不能这样访问"), _("这个地址只接受别的操作，请从工单列表重新进入。")),
        InternalServerError.code: (
            _("页面出错了"),
            _("出错的原因已经记入日志。来电不经过这个页面，仍照常处理。请稍后刷新。"),
        ),
        ServiceUnavailable.code: (
            _("暂时连不上数据库"),
            _("来电不受影响，按快照照常接续，过后补记。数据库恢复后，刷新即可看到工单。"),
        ),
    }
    return pages.get(code) or (_("打不开这个页面"), _("请稍后再试，或从工单列表重新进入。"))
