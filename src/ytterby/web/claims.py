"""The screen of claims: an article or a claim file beside cited figures; verdicts of `ytterby read` and `check`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ytterby.web.api import solved_by
from ytterby.web.document import Document

router = APIRouter(prefix="/api")


class Text(BaseModel):
    """A text, the view that answers who holds a place (none: all of them), and the day of the text."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=400_000)]
    viewpoint: Annotated[str | None, Field(max_length=40)] = None
    date: Annotated[str | None, Field(max_length=10)] = None


@router.post("/read", summary="ytterby read FILE --json")
async def read(request: Request, given: Text) -> Response:
    """Return every claim of an article with its verdict, and the sentences in order."""
    keys = (given.date,) if given.date else ()
    return await solved_by(request, "read", Document(text=given.text), given.viewpoint, keys)


@router.post("/check", summary="ytterby check FILE --json, the file as text")
async def check(request: Request, given: Text) -> Response:
    """Return the verdict of each claim of a claim file."""
    return await solved_by(request, "check", Document(text=given.text), given.viewpoint)
