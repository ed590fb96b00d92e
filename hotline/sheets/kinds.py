"""A kind of row: its sheet, its fields, its table. A room lists its kinds; hotline.intake puts the lists together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from hotline.db import Base
from hotline.sheets.fields import Code, Flag

if TYPE_CHECKING:
    from hotline.sheets.book import Book
    from hotline.sheets.store import Store


class Row(BaseModel):
    """A row of a file. ``title`` of a field is its Chinese heading, ``description`` a note for whoever fills it in."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, arbitrary_types_allowed=True)


class CodedRow(Row):
    """A row that the file names by a code, and may retire."""

    code: Code = Field(title="代码", description="不变的标识 (stays the same for ever)")
    active: Flag = Field(True, title="启用", description="否：不再使用，但保留 (no: retired but kept)")


class Placed(NamedTuple):
    """A row and where it stands."""

    row: Any
    line: int


class Flaw(NamedTuple):
    """What a kind's own check found: the line, the field, the reason in Chinese and English."""

    line: int
    field: str
    reason: str


def _nothing(*_: object) -> Iterable[Flaw]:
    return ()


@dataclass(frozen=True)
class Kind:
    """How rows of one kind are read, checked, kept and written again."""

    name: str
    """The section of a YAML file and the second heading of a sheet, e.g. ``stations``."""
    title: str
    """The sheet's name, e.g. 站点."""
    row: type[Row]
    model: type[Base]
    """The table; has ``id``, and ``tenant_id`` unless it is the tenant itself."""
    key: tuple[str, ...] = ("code",)
    """The fields that tell a row from the others of its tenant."""
    check: Callable[[Sequence[Placed], Book, Store], Iterable[Flaw]] = _nothing
    """Finds what no single field shows; nothing has been written when it runs."""
    order: Callable[[Sequence[Placed]], Sequence[Placed]] = list
    """Puts rows that others of the same kind refer to first."""
    more_columns: Callable[[Any, Store], Mapping[str, Any]] | None = None
    """(row, store): columns made from fields marked Apart, e.g. a range from two moments."""
    write_more: Callable[[Any, Any, Store], bool] | None = None
    """(row, record, store): writes fields marked Apart to other tables; True when something changed."""
    read_more: Callable[[Any, Store], Mapping[str, Any]] | None = None
    """(record, store): returns the fields marked Apart."""
    begin: Callable[[Store], None] | None = None
    """Runs before a row is taken away, as ``check`` does before rows are written."""
    finish: Callable[[Store], None] | None = None
    """Runs after all rows of the kind are written or taken away, e.g. to derive columns."""

    removable: bool = False
    """True where a row may be taken away: nothing names it, and it has no field ``active`` by which to retire it."""

    @property
    def heading(self) -> str:
        """The kind's name in both languages, e.g. ``站点 stations``."""
        return f"{self.title} {self.name}"

    @property
    def titles(self) -> dict[str, str]:
        """The fields of a row: English name -> Chinese heading."""
        return {name: info.title or name for name, info in self.row.model_fields.items()}

    def meta(self, name: str, type_: type[Any]) -> Any:
        """Return the mark of ``type_`` (Ref, Choice, Secret, Apart) on a field, or None."""
        return next((m for m in self.row.model_fields[name].metadata if isinstance(m, type_)), None)

    def key_of(self, row: Row) -> tuple[Any, ...]:
        """Return what tells this row from the others."""
        return tuple(getattr(row, name) for name in self.key)


Kinds = Sequence[Kind]
"""In the order in which they are written: what others refer to first, the tenant before all."""
