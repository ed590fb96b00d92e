"""How things of the directory are spoken."""

from __future__ import annotations

from hotline.directory.models import Station

_DOUBLE = "欧阳司马上官诸葛东方皇甫尉迟公孙慕容令狐夏侯长孙宇文司徒端木呼延南宫独孤轩辕申屠澹台"
TWO_CHARACTER_SURNAMES = frozenset(_DOUBLE[at : at + 2] for at in range(0, len(_DOUBLE), 2))


def short_name(station: Station, language: str) -> str:
    """Return a station's name as it is spoken: without the long official ending."""
    if language == "en" and station.name_en:
        return station.name_en.removesuffix(" Veterans' Service Station").removesuffix(" Veterans' Service Centre")
    for ending in ("退役军人服务中心", "退役军人服务站"):
        if station.name.endswith(ending) and station.name != ending:
            return station.name.removesuffix(ending)
    return station.name


def surname_in(name: str) -> str:
    """Return the surname of a Chinese name (欧阳 for 欧阳菊) or of one in Latin letters (its last word)."""
    if name[0].isascii():
        return name.split()[-1]
    return name[:2] if name[:2] in TWO_CHARACTER_SURNAMES and len(name) > 2 else name[0]
