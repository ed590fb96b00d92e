"""What the import tests share: a vault, a moment, and a small file to import."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy.orm import Session

from hotline.intake import import_file
from hotline.sheets.problems import ImportReport
from hotline.vault import Vault

VAULT = Vault((Fernet.generate_key().decode(),), b"pepper of the tests")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "hotline" / "directory" / "samples"

SMALL = """
tenant: {code: small, name: 小县, levels: [县, 乡镇, 村]}
stations:
  - {code: county, name: 县中心}
  - {code: village, name: 一村, parent: town}
  - {code: town, name: 一镇, parent: county, hours: "Mo-Fr 08:30-12:00; PH off", neighbours: [other]}
  - {code: other, name: 二镇, parent: county}
handsets:
  - {code: town-1, station: town, number: 154 0000 0001}
  - {code: town-2, station: town, number: 154 0000 0002, priority: 2}
staff:
  - {code: s1, station: town, name: 张三, number: 154 0000 0011, head: yes}
  - {code: s2, station: town, name: 赵四}
households:
  - {code: h1, address: 一镇一村 1 号}
survivors:
  - {code: p1, station: village, household: h1, name: 李五, hearing: 重听, dialect: 晋语, paired_staff: s1,
     phones: [154 0000 0021 本人, 0356-0222222转8 儿子], born: 1950年1月2日, identity: 990521195001020013}
  - {code: p2, station: village, household: h1, name: 王六, phones: 0356-0222222}
teams: [{code: team, name: 志愿队}]
partners: [{code: hospital, name: 医院, station: county}]
branch_lines:
  - {code: b1, team: team, serves: [日常生活, urgent], number: 154 0000 0031, hours: "Mo-Su 20:00-08:00"}
  - {code: b2, partner: hospital, serves: medical, number: 0356-0333333-801, own_queue: 是}
lines:
  - {code: trunk, name: 总线, number: 0356-0111111, station: county}
  - {code: care, name: 志愿热线, number: 0356-0111112, station: county, flow: 志愿热线, team: team}
policies:
  - {data: {limit_seconds: 80, ring_seconds: {duty: 20}}}
  - {station: town, data: {chain: [duty, backup, county]}}
"""


def import_text(session: Session, folder: Path, text: str, name: str = "small.yaml") -> ImportReport:
    """Import YAML given as text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return import_path(session, path)


def import_path(session: Session, path: Path) -> ImportReport:
    """Import a file."""
    return import_file(session, path, VAULT, NOW)
