"""What another system is told when something cannot be done: problem+json (RFC 9457), Chinese or English."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Response, abort, request

Words = tuple[str, str]
"""Chinese, English."""

WORDS: dict[int, Words] = {
    400: ("请求有误", "The request cannot be read"),
    401: ("缺少令牌，或令牌已失效", "No token, or one that is no longer valid"),
    403: ("这个令牌没有所需的权限", "The token lacks the scope"),
    404: ("没有这项内容，或不在令牌的范围内", "There is no such thing within the token's reach"),
    405: ("不能这样访问", "This method is not offered here"),
    409: ("与已有的内容冲突", "In conflict with what is already here"),
    412: ("内容已被别人改动，请重新读取", "Somebody changed it meanwhile: read it again"),
    422: ("内容不符合要求", "The content is not as it must be"),
    428: ("请带上 If-Match", "Send If-Match with what you read"),
    429: ("请求太频繁，请稍后再试", "Too many requests, try again later"),
    500: ("系统出错，原因已记入日志", "Something went wrong; the reason is in the log"),
    503: ("请稍后再试：太忙或连不上数据库", "Try again: too busy, or the database cannot be reached"),
}


def is_ours() -> bool:
    """Return whether the request is one of the API's."""
    return request.path.startswith("/api/v")


def said(words: Words) -> str:
    """Return the Chinese or the English, as Accept-Language asks."""
    return words[1] if request.accept_languages.best_match(["zh", "en"], "zh") == "en" else words[0]


def halves(sentence: str) -> Words:
    """Return the two halves of “中文 (English)”, as our errors are written."""
    chinese, _, english = sentence.removesuffix(")").partition(" (")
    return chinese, english or chinese


def problem(status: int, detail: Words | None = None, errors: list[dict[str, Any]] | None = None) -> Response:
    """Return a problem document."""
    title = WORDS.get(status) or (HTTPStatus(status).phrase,) * 2
    body: dict[str, Any] = {"type": "about:blank", "title": said(title), "status": status}
    if detail:
        body["detail"] = said(detail)
    if errors:
        body["errors"] = errors
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")
    answer.vary.add("Accept-Language")
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        answer.headers["Retry-After"] = "60"
    return answer


def refuse(status: int, detail: Words | None = None, errors: list[dict[str, Any]] | None = None) -> NoReturn:
    """Answer with a problem document and nothing else."""
    abort(problem(status, detail, errors))
