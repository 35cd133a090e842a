"""What a request may carry as JSON: little enough, and nested little enough, to be read in this process."""

from __future__ import annotations

from typing import Any, Final

from flask import Request, abort

from gridmap.errors import TooLarge
from web.config import MEGABYTE

LARGEST_JSON: Final = 4 * MEGABYTE
"""The largest that anybody needs is a plan of 200,000 atoms; a megabyte of brackets takes 25 in memory."""


class BoundedRequest(Request):
    """A request whose JSON is measured before it is read."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002 - as Flask has it
        """Return what the body says.

        Raises:
            TooLarge: more than `LARGEST_JSON` bytes.
            HTTPException: 400 for what is no JSON, or nested without end; 415 for another content type.
        """
        if (force or self.is_json) and len(self.get_data(cache=True)) > LARGEST_JSON:
            raise TooLarge(what_zh="JSON ", what_en="The JSON", limit="4 MB")
        try:
            return super().get_json(force=force, silent=silent, cache=cache)
        except RecursionError:
            if silent:
                return None
            abort(400)
