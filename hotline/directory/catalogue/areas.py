"""The areas of the catalogue (优待目录清单), and what is written where a document is silent."""

from __future__ import annotations

from collections.abc import Mapping

AREAS: Mapping[str, tuple[str, str]] = {
    "living": ("生活", "living"),
    "aid": ("帮扶救助", "relief and aid funds"),
    "elder_care": ("养老", "care of the old"),
    "medical": ("医疗", "medical"),
    "housing": ("住房", "housing"),
    "education": ("教育", "education"),
    "employment": ("就业", "employment"),
    "transport": ("交通", "transport"),
    "communications": ("通信", "communications"),
    "insurance": ("保险", "insurance"),
    "finance": ("金融", "finance"),
    "culture": ("文化", "culture"),
    "honour": ("荣誉", "honour"),
    "commemoration": ("祭扫", "commemoration"),
    "legal": ("法律", "legal"),
    "counselling": ("心理", "counselling"),
    "service": ("政务服务", "public services"),
}
"""code -> (Chinese, English); Q21 s.1 and s.13, Q8 s.9 and s.10 name them."""

UNSTATED = "以文件和经办单位解释为准"
"""Stands where the source document gives no condition or paper: nobody is promised what no document says."""

UNSTATED_EN = "as the document and the unit in charge explain it"
