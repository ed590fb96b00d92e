"""How things of the directory are spoken."""

from __future__ import annotations

from hotline.directory.models import Station


def short_name(station: Station, language: str) -> str:
    """Return a station's name as it is spoken: without the long official ending."""
    if language == "en" and station.name_en:
        return station.name_en.removesuffix(" Veterans' Service Station").removesuffix(" Veterans' Service Centre")
    for ending in ("退役军人服务中心", "退役军人服务站"):
        if station.name.endswith(ending) and station.name != ending:
            return station.name.removesuffix(ending)
    return station.name
