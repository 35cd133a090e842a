"""What goes over the wire: whole answers in one piece, the headers of all of them, nothing packed for nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_compress import Compress

from web import ratelimits, security

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class WholeResponse(Response):
    """An answer that goes out as a list where it is at hand whole: the server sends that at once.

    Anything else granian fetches piece by piece from Python, which costs a small answer a third of its time.
    """

    def get_wsgi_response(
        self, environ: WSGIEnvironment
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Return body, status and headers, with those of every answer and of the limit; see werkzeug.

        Here and not in `after_request`: to search and change werkzeug's headers costs ten times as much.
        """
        body, status, headers = super().get_wsgi_response(environ)
        headers += security.policies(environ.get("PATH_INFO", ""), headers)
        headers += ratelimits.said_now()
        return body, status, headers

    def get_app_iter(self, environ: WSGIEnvironment) -> Iterable[bytes]:
        """Return the body; see werkzeug."""
        found = super().get_app_iter(environ)
        if not self.is_sequence or self.direct_passthrough:
            return found
        body = list(found)
        self.close()
        return body


def compressing(compress: Compress) -> Callable[[Response], Response]:
    """Return what compresses an answer, for `after_request`.

    What no cache may keep and who takes nothing compressed are left alone.
    """

    def packed(response: Response) -> Response:
        if "HTTP_ACCEPT_ENCODING" not in request.environ and security.is_personal(request.path):
            return response
        found: Response = compress.after_request(response)
        return found

    return packed


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, without the work of reading one that is not there."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the cookie, or an empty one; see Flask."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)
