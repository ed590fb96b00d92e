"""The fixed words of the source documents, with the codes under which they are kept."""

from __future__ import annotations

NEEDS: dict[str, tuple[str, str]] = {
    "daily_life": ("日常生活", "daily life"),
    "urgent": ("紧急求助", "urgent help"),
    "counselling": ("心理疏导", "counselling"),
    "emotional": ("情感支持", "emotional support"),
}
"""Needs that volunteer lines serve (Q21 s.14): code -> (Chinese, English)."""

DOMAINS: dict[str, tuple[str, str]] = {
    "medical": ("医疗", "medical"),
    "insurance": ("保险", "insurance"),
    "communications": ("通信", "communications"),
    "transport": ("交通", "transport"),
    "other": ("其他生活服务", "other daily services"),
}
"""Domains of the support matrix (Q21 s.13): code -> (Chinese, English)."""

ROLES: tuple[str, ...] = ("first", "backup")
"""Roles on a station's roster."""

HEARING: dict[str, tuple[str, str]] = {
    "normal": ("正常", "normal"),
    "hard": ("重听", "hard of hearing"),
    "deaf": ("听不见", "deaf"),
}
"""How well a survivor hears: code -> (Chinese, English)."""

FLOWS: dict[str, tuple[str, str]] = {
    "main": ("主线", "main line"),
    "volunteer": ("志愿热线", "volunteer line"),
    "partner": ("伙伴热线", "partner line"),
}
"""Flows that a published number may enter."""

LANGUAGES: dict[str, tuple[str, str]] = {"zh-CN": ("中文", "Chinese"), "en": ("英文", "English")}
"""Languages in which prompts are spoken."""
