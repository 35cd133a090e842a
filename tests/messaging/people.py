"""A small county with people, robots and a mail server to be told by."""

from datetime import UTC, datetime, timedelta

from gridmap.ledger.posts import Person
from gridmap.messaging import channels, service
from gridmap.messaging.channels import RobotSettings, Settings
from gridmap.messaging.kinds import RobotKind, Security
from gridmap.messaging.words import STAFF_EVENTS, Event, Notice

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
VALUES = {
    "number": "2026-000318",
    "category": "路灯不亮",
    "place": "书香苑社区 12号楼",
    "due": "11月24日 17:30",
    "link": "/desk/2026-000318",
}


def person(session, name="甲"):
    """Somebody with an inbox."""
    made = Person(code=f"p-{name}", name=name)
    session.add(made)
    session.flush()
    return made


def held(person_id, key="2026-000318:1", **facts):
    """A new task for somebody."""
    return Notice(
        Event.HELD,
        key,
        facts.pop("values", VALUES),
        person_id=person_id,
        number="2026-000318",
        **facts,
    )


def filed(email="li@example.org", key="2026-000318:1", **facts):
    """Word to a reporter."""
    values = VALUES | {"link": "/track?number=2026-000318&key=k"}
    return Notice(Event.REPORTER_FILED, key, values, email=email, number="2026-000318", **facts)


def mail_on(session, host="127.0.0.1", port=2525, **facts):
    """Set up a mail server."""
    wanted = Settings(
        site_url="https://grid.example.org/",
        mail_on=facts.pop("on", True),
        host=host,
        port=port,
        security=facts.pop("security", Security.NONE),
        from_address="grid@example.org",
        from_name="网格中心",
        **facts,
    )
    channels.save_settings(session, wanted, NOW, account_id=None)


def robot(session, url="https://qyapi.example.org/send?key=1234", robot_id=None, **facts):
    """Set up a group robot."""
    wanted = RobotSettings(
        name=facts.pop("name", "值班群"),
        kind=facts.pop("kind", RobotKind.WECOM),
        url=url,
        secret=facts.pop("secret", ""),
        area_id=facts.pop("area_id", None),
        events=facts.pop("events", STAFF_EVENTS),
        language=facts.pop("language", "zh"),
        active=facts.pop("active", True),
    )
    return channels.save_robot(session, robot_id, wanted, NOW, account_id=None)


def post(session, *notices, now=NOW):
    """Tell it."""
    return service.post(session, notices, now)


def minutes(count):
    """So many minutes after `NOW`."""
    return NOW + timedelta(minutes=count)
