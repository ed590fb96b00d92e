"""What other systems write: on tickets and rosters."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from hotline.web.api.schema import TEXT, Strict

_KEY = r"^[A-Za-z0-9._:/-]{1,64}$"


class Fresh(BaseModel):
    """Headers of a change that must not overwrite another: 412 when it was changed meanwhile, 428 without."""

    model_config = ConfigDict(extra="ignore")

    if_match: str | None = Field(
        None, alias="If-Match", max_length=200, pattern=TEXT, description="The ETag of what was read; needed here."
    )
    key: str | None = Field(
        None, alias="Idempotency-Key", pattern=_KEY, description="Sent again with the same content it changes nothing."
    )


class Added(BaseModel):
    """Headers of what is only added: refused with 412 where If-Match says otherwise."""

    model_config = ConfigDict(extra="ignore")

    if_match: str | None = Field(None, alias="If-Match", max_length=200, pattern=TEXT, description="May be left out.")
    key: str | None = Field(
        None, alias="Idempotency-Key", pattern=_KEY, description="Sent again with the same content it changes nothing."
    )


class CommentSent(Strict):
    """A comment."""

    words: str = Field(min_length=1, max_length=2000, pattern=TEXT)


class AnswerSent(Strict):
    """What the ticket is to say (答疑解惑); what is left out stays, what stood before is kept in the history."""

    answer: str | None = Field(None, max_length=2000, pattern=TEXT)
    need: Literal["", "daily_life", "urgent", "counselling", "emotional"] | None = None
    domain: Literal["", "medical", "insurance", "communications", "transport", "other"] | None = None


class GuidanceSent(Strict):
    """Guidance given (服务指引): an entry of the catalogue, or words of one's own; given twice it is there once."""

    entry: str | None = Field(None, max_length=64, pattern=TEXT, description="Code of the catalogue's entry.")
    words: str = Field("", max_length=500, pattern=TEXT)

    @model_validator(mode="after")
    def _either(self) -> GuidanceSent:
        if bool(self.entry) == bool(self.words.strip()):
            raise ValueError("give either entry or words")
        return self


class StepSent(Strict):
    """A step of the life cycle, or a fact: the survivor was told, visited, is awaited, is back."""

    step: Literal["follow_up", "resolve", "close", "reopen", "told", "came", "awaited", "back"]
    words: str = Field("", max_length=2000, pattern=TEXT, description="A comment that goes with it.")


class ReferralSent(Strict):
    """Whom the ticket is handed to, by when."""

    to: str = Field(min_length=1, max_length=64, pattern=TEXT, description="Code of a partner or volunteer team.")
    deadline: AwareDatetime | None = Field(None, description="Within ninety days; null: two days, urgent four hours.")
    words: str = Field("", max_length=500, pattern=TEXT, description="A comment that goes with it.")


class ResultSent(Strict):
    """What those whom a ticket was handed to say of it."""

    result: Literal["accepted", "done", "refused", "failed"]
    words: str = Field("", max_length=500, pattern=TEXT, description="What was done, or why it cannot be.")

    @model_validator(mode="after")
    def _said(self) -> ResultSent:
        if self.result == "done" and not self.words.strip():
            raise ValueError("say in words what was done")
        return self


class FeedbackSent(Strict):
    """What the survivor says of the help (效果反馈), asked by somebody other than who answered."""

    rating: Literal["satisfied", "mostly", "not", ""] = ""
    solved: bool | None = None
    how: Literal["call", "in_person"] = "call"
    asked_by: str = Field(min_length=1, max_length=64, pattern=TEXT, description="Name of who asked.")
    words: str = Field("", max_length=2000, pattern=TEXT)

    @model_validator(mode="after")
    def _something(self) -> FeedbackSent:
        if not self.rating and self.solved is None:
            raise ValueError("give rating, or solved")
        return self


class ShiftSent(Strict):
    """A piece of duty to be added."""

    tenant: str | None = Field(None, max_length=64, pattern=TEXT)
    code: str = Field(
        min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:/-]+$",
        description="The other system's own name of it. Sent again with the same content it changes nothing.",
    )  # fmt: skip
    station: str = Field(min_length=1, max_length=64, pattern=TEXT, description="Code of the station.")
    role: Literal["first", "backup"] = "first"
    staff: str = Field(min_length=1, max_length=64, pattern=TEXT, description="Code of the person.")
    starts: AwareDatetime
    ends: AwareDatetime


class ShiftMoved(Strict):
    """What changes of a piece of duty; what is left out stays."""

    staff: str | None = Field(None, max_length=64, pattern=TEXT, description="Code of the person.")
    starts: AwareDatetime | None = None
    ends: AwareDatetime | None = None
