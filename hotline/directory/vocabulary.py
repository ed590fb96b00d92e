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

HEARING: tuple[str, ...] = ("normal", "hard", "deaf")
