"""The channels as an administrator sets them up: mail server, group robots, the county's own words.

Passwords, signing secrets and the keys in robots' addresses are written here and never read back
into a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput, NotFound
from gridmap.messaging import outgoing, queries
from gridmap.messaging.kinds import RobotKind, Security
from gridmap.messaging.outgoing import MailServer, RobotTarget
from gridmap.messaging.tables import ChannelSetting, MessageTemplate, Robot
from gridmap.messaging.templates import DEFAULTS, LANGUAGES, in_force
from gridmap.messaging.words import STAFF_EVENTS, Event, Place, Template, check, is_address, render
from gridmap.store import audit
from gridmap.terms import AreaKind

SWITCHED_OFF: Final = "通道已停用 / switched off"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
TAIL: Final = 4
SAMPLES: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        Place.NUMBER: "2026-000318",
        Place.CATEGORY: "路灯不亮",
        Place.PLACE: "书香苑社区第一网格 12号楼",
        Place.PLAN: "书香苑社区网格调整",
        Place.HOLDER: "第一网格专职网格员",
        Place.STAGE: "待受理",
        Place.DUE: "11月24日 17:30",
        Place.REASON: "网格员正在现场查看",
        Place.LINK: "https://grid.example.org/desk/2026-000318",
    },
    "en": {
        Place.NUMBER: "2026-000318",
        Place.CATEGORY: "Street light is out",
        Place.PLACE: "Shuxiangyuan, grid 1, building 12",
        Place.PLAN: "Grids of Shuxiangyuan",
        Place.HOLDER: "Grid worker of grid 1",
        Place.STAGE: "Filed",
        Place.DUE: "Nov 24, 17:30",
        Place.REASON: "The grid worker is on the spot",
        Place.LINK: "https://grid.example.org/desk/2026-000318",
    },
}
"""What the preview of a template shows in its places."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The mail server and this site's own address, as a page shows and sends them.

    `password`: never given out; when saving, empty keeps the one that is stored.
    """

    site_url: str = ""
    mail_on: bool = False
    host: str = ""
    port: int = 465
    security: Security = Security.TLS
    login: str = ""
    password: str = ""
    from_address: str = ""
    from_name: str = ""
    has_password: bool = False


@dataclass(frozen=True, slots=True)
class RobotSettings:
    """A group robot as a page sends it; an empty `url` or `secret` keeps what is stored."""

    name: str
    kind: RobotKind
    url: str
    secret: str
    area_id: int | None
    events: tuple[Event, ...]
    language: str
    active: bool


@dataclass(frozen=True, slots=True)
class RobotView:
    """A group robot as a page shows it: of its address only the host and the last characters."""

    id: int
    name: str
    kind: RobotKind
    address: str
    signed: bool
    area_id: int | None
    area: str | None
    events: tuple[Event, ...]
    language: str
    active: bool


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """A township or a community that a robot can be for."""

    id: int
    kind: AreaKind
    name: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an event in one language, and whether they are the county's own."""

    event: Event
    language: str
    template: Template
    edited: bool


def settings(session: Session) -> Settings:
    """Return the mail server and the site's address, without the password."""
    row = queries.setting(session)
    if row is None:
        return Settings()
    return Settings(
        site_url=row.site_url,
        mail_on=row.mail_on,
        host=row.host,
        port=row.port,
        security=Security(row.security),
        login=row.login,
        from_address=row.from_address,
        from_name=row.from_name,
        has_password=bool(row.password),
    )


def save_settings(
    session: Session, wanted: Settings, now: datetime, *, account_id: int | None
) -> None:
    """Save the mail server and the site's address; switching mail off gives up what waits for it.

    Raises:
        InvalidInput: names the field.
    """
    wanted = replace(wanted, site_url=wanted.site_url.rstrip("/"))
    _check_settings(wanted)
    row = queries.setting(session)
    if row is None:
        row = ChannelSetting(id=1, password="")
        session.add(row)
    for name in ("site_url", "mail_on", "host", "port", "login", "from_address", "from_name"):
        setattr(row, name, getattr(wanted, name))
    row.security = wanted.security.value
    if wanted.password or not wanted.login:
        row.password = wanted.password
    session.flush()
    if not wanted.mail_on:
        queries.give_up_waiting(session, SWITCHED_OFF, robot_id=None)
    audit.record(
        session,
        "channels_changed",
        "channel",
        "email",
        now=now,
        account_id=account_id,
        host=wanted.host,
        on=wanted.mail_on,
    )


def _check_settings(wanted: Settings) -> None:
    parts = urlsplit(wanted.site_url)
    if wanted.site_url and (
        parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment
    ):
        raise _refused(
            "site_url",
            "网址要写成 https://主机名 的样子。",
            "Write the address as https://host.",
        )
    if not wanted.mail_on:
        return
    if not wanted.host.strip():
        raise _refused("host", "请填邮件服务器。", "Name the mail server.")
    if not is_address(wanted.from_address):
        raise _refused("from_address", "发件地址不对。", "The sender's address is wrong.")
    if wanted.login and wanted.security is Security.NONE:
        raise _refused(
            "security",
            "不加密的连接不能用来登录，请选 TLS 或 STARTTLS。",
            "Sign in over TLS or STARTTLS only.",
        )


def _refused(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field=field, reason_zh=zh, reason_en=en)


def mail_server(session: Session) -> MailServer:
    """Return the mail server for a try.

    Raises:
        NotFound: none is set up.
    """
    row = queries.setting(session)
    if row is None or not row.host:
        raise NotFound(what_zh="邮件服务器的设置", what_en="A mail server")
    return outgoing.mail_server(row)


def robots(session: Session, day: date) -> tuple[RobotView, ...]:
    """Return all robots by name, with the names that their areas have on a day."""
    rows = queries.robots(session, active=False)
    names = {area.id: area.name for area in areas(session, day)} if rows else {}
    return tuple(_view(row, names.get(row.area_id or 0)) for row in rows)


def robot(session: Session, robot_id: int) -> RobotView:
    """Return one robot; the name of its area is left to `areas`.

    Raises:
        NotFound: there is none of that number.
    """
    return _view(_row(session, robot_id), None)


def _row(session: Session, robot_id: int) -> Robot:
    row = session.get(Robot, robot_id)
    if row is None:
        raise NotFound(what_zh="这个机器人", what_en="This robot")
    return row


def _view(row: Robot, area: str | None) -> RobotView:
    parts = urlsplit(row.url)
    return RobotView(
        id=row.id,
        name=row.name,
        kind=RobotKind(row.kind),
        address=f"{parts.scheme}://{parts.hostname}/…{row.url[-TAIL:]}",
        signed=bool(row.secret),
        area_id=row.area_id,
        area=area,
        events=tuple(Event(event) for event in row.events),
        language=row.language,
        active=row.active,
    )


def robot_target(session: Session, robot_id: int) -> RobotTarget:
    """Return what a sender needs to try a robot.

    Raises:
        NotFound: there is none of that number.
    """
    return outgoing.target_of(_row(session, robot_id))


def save_robot(
    session: Session,
    robot_id: int | None,
    wanted: RobotSettings,
    now: datetime,
    *,
    account_id: int | None,
) -> int:
    """Save a robot, or add one where `robot_id` is None; return its id.

    Switching it off gives up what waits for it.

    Raises:
        InvalidInput: names the field.
        NotFound: there is none of that number.
    """
    _check_robot(wanted, new=robot_id is None)
    if wanted.area_id is not None and not queries.is_area(session, wanted.area_id):
        raise _refused("area", "没有这个地方。", "There is no such area.")
    row = Robot(url="", secret=None) if robot_id is None else _row(session, robot_id)
    row.name, row.kind, row.language = wanted.name, wanted.kind.value, wanted.language
    row.area_id, row.active = wanted.area_id, wanted.active
    row.events = [event.value for event in wanted.events]
    row.url, row.secret = wanted.url or row.url, wanted.secret or row.secret
    session.add(row)
    session.flush()
    if not row.active:
        queries.give_up_waiting(session, SWITCHED_OFF, robot_id=row.id)
    audit.record(
        session,
        "channels_changed",
        "channel",
        f"robot:{row.id}",
        now=now,
        account_id=account_id,
        name=row.name,
        on=row.active,
    )
    return row.id


def _check_robot(wanted: RobotSettings, *, new: bool) -> None:
    if not wanted.name.strip():
        raise _refused("name", "请给机器人起个名字。", "Give the robot a name.")
    if any(event not in STAFF_EVENTS for event in wanted.events) or not wanted.events:
        raise _refused("events", "请选至少一种消息。", "Choose at least one kind of message.")
    if wanted.language not in LANGUAGES:
        raise _refused("language", "没有这种语言。", "There is no such language.")
    if wanted.url or new:
        check_webhook(wanted.url)


def check_webhook(url: str) -> None:
    """Refuse an address that no group robot has.

    Raises:
        InvalidInput: it is not https (http on this machine itself is let through for trials), or it
            names no host, or carries a name and password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    secure = bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    )
    if not secure or port == 0 or parts.username is not None or not url.isascii():
        raise _refused(
            "url",
            "机器人地址要以 https:// 开头，从群设置里整行复制。",
            "A robot's address begins with https://; copy the whole line from the group's settings.",
        )


def areas(session: Session, day: date) -> tuple[AreaChoice, ...]:
    """Return the townships and communities of a day, in the order of their codes."""
    rows = queries.areas_on(session, day)
    return tuple(AreaChoice(row.id, AreaKind(row.kind), row.name) for row in rows)


def wordings(session: Session) -> tuple[Wording, ...]:
    """Return the words of every event in both languages."""
    edited = queries.edited_templates(session)
    return tuple(
        Wording(
            event, language, in_force(event, language, edited), (event.value, language) in edited
        )
        for event in Event
        for language in LANGUAGES
    )


def preview(template: Template, language: str) -> Template:
    """Return a template with made-up values in its places."""
    return render(template, SAMPLES[language])


def save_wording(
    session: Session,
    event: Event,
    language: str,
    template: Template | None,
    now: datetime,
    *,
    account_id: int | None,
) -> None:
    """Save the county's own words; None goes back to those of the program. Older ones are kept.

    Raises:
        InvalidInput: empty, too long, or with an unknown place.
    """
    if template is not None:
        check(template)
    own = template if template != DEFAULTS[event, language] else None
    session.add(
        MessageTemplate(
            event=event.value,
            language=language,
            subject=own.subject if own else None,
            body=own.body if own else None,
            at=now,
            account_id=account_id,
        )
    )
    session.flush()
