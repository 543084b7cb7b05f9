"""The screen of deals: who gains, who would leave, what trust it needs; numbers of `ytterby deal`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ytterby.web.api import solved_by
from ytterby.web.document import Document

router = APIRouter(prefix="/api")


class GivenDeal(BaseModel):
    """A deal: the `name` of a ready one or the `text` of a file, and whose titles must consent."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str | None, Field(max_length=100)] = None
    text: Annotated[str | None, Field(max_length=262_144)] = None
    view: Annotated[str, Field(max_length=40)] = ""


@router.get("/deals", summary="ytterby deal --json")
async def deals() -> list[dict[str, Any]]:
    """Return the ready deals with their files."""
    from ytterby.studies.deals.file import packaged, packaged_file, read

    def listed() -> list[dict[str, Any]]:
        return [{"name": n, "title": read(n).title, "text": packaged_file(n)} for n in packaged()]

    return await asyncio.to_thread(listed)


@router.post("/deal", summary="ytterby deal NAME|FILE --view V --json")
async def deal(request: Request, given: GivenDeal) -> Response:
    """Return the whole result, byte for byte as the shell prints it."""
    asked = Document(None if given.text is not None else given.name or "", given.text)
    return await solved_by(request, "deal", asked, given.view or None)
