"""One message to one mail server, and what surely became of it."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from gridmap.messaging.kinds import Security
from gridmap.messaging.outgoing import Claimed, MailServer, Outcome, Result
from gridmap.messaging.words import is_address

TIMEOUT_S: Final = 15.0
"""For each answer of the server."""
_POLICY: Final = SMTP.clone(cte_type="7bit")
_OK: Final = 250
_RECIPIENT_OK: Final = frozenset({250, 251})
_GO_AHEAD: Final = 354
_FOR_GOOD: Final = 500
_LEADING_DOT: Final = re.compile(rb"(?m)^\.")

Broken = (OSError, smtplib.SMTPException)


def send(claimed: Claimed) -> Outcome:
    """Send a message by its mail server.

    Until the server has been given the whole text, any failure means that nothing was delivered.
    If the line breaks after that and before the answer, the outcome is uncertain.
    """
    server, recipient = claimed.mail, claimed.email
    if server is None or recipient is None or not is_address(recipient):
        return Outcome(Result.REFUSED, "收件地址不对 / the recipient's address is wrong")
    try:
        text = written(claimed, server, recipient)
    except (ValueError, MessageError) as failure:
        return Outcome(Result.REFUSED, str(failure))
    try:
        line = _connected(server)
    except Broken as failure:
        return Outcome(Result.FAILED, _words(failure))
    try:
        return _hand_over(line, server.from_address, recipient, text)
    finally:
        with contextlib.suppress(*Broken):
            line.quit()
        line.close()


def written(claimed: Claimed, server: MailServer, recipient: str) -> bytes:
    """Return the mail as it goes over the line; its Message-ID is the same at every try.

    Raises:
        ValueError: a header would hold a line break.
    """
    domain = server.from_address.partition("@")[2]
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(server.from_name, addr_spec=server.from_address)
    mail["To"] = Address(addr_spec=recipient)
    mail["Subject"] = claimed.subject
    mail["Date"] = format_datetime(claimed.written_at)
    made = int(claimed.written_at.timestamp())
    mail["Message-ID"] = f"<gridmap.{claimed.message_id}.{made}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{claimed.body}\n")
    return mail.as_bytes()


def _connected(server: MailServer) -> smtplib.SMTP:
    """Return a line that is greeted, encrypted with a checked certificate, and signed in."""
    name = server.from_address.partition("@")[2]
    context = ssl.create_default_context()
    line: smtplib.SMTP
    if server.security == Security.TLS:
        line = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=TIMEOUT_S, context=context
        )
    else:
        line = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=TIMEOUT_S)
    try:
        line.ehlo_or_helo_if_needed()
        if server.security == Security.STARTTLS:
            line.starttls(context=context)
            line.ehlo()
        if server.login:
            line.login(server.login, server.password)
    except BaseException:
        line.close()
        raise
    return line


def _hand_over(line: smtplib.SMTP, sender: str, recipient: str, text: bytes) -> Outcome:
    try:
        refusal = (
            _refusal(line.mail(sender), {_OK})
            or _refusal(line.rcpt(recipient), _RECIPIENT_OK)
            or _refusal(line.docmd("DATA"), {_GO_AHEAD})
        )
    except Broken as failure:
        return Outcome(Result.FAILED, _words(failure))
    if refusal is not None:
        return refusal
    try:
        line.send(_LEADING_DOT.sub(b"..", text) + b".\r\n")
        answer = line.getreply()
    except Broken as failure:
        return Outcome(Result.UNCERTAIN, _words(failure))
    return _refusal(answer, {_OK}) or Outcome(Result.SENT)


def _refusal(answer: tuple[int, bytes], good: frozenset[int] | set[int]) -> Outcome | None:
    code, words = answer
    if code in good:
        return None
    result = Result.REFUSED if code >= _FOR_GOOD else Result.FAILED
    return Outcome(result, f"{code} {words.decode('utf-8', 'replace')}")


def _words(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"
