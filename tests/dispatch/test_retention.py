"""The reporter's data goes, on request or after its time; the event, its steps and figures stay."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text

from gridmap.dispatch import following, retention, service
from gridmap.dispatch.catalogue import queries
from gridmap.dispatch.following import Following, Proof
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Answer, Instruction, PhotoFile
from gridmap.dispatch.retention import ERASED_WORDS, RETENTION_DAYS, erase, erase_due
from gridmap.dispatch.tables import Feedback, Follower, Photo, Report, Step
from gridmap.errors import InvalidInput, NotFound
from gridmap.messaging.tables import ChannelSetting, Message
from gridmap.store.audit import AuditEntry
from gridmap.store.base import Base
from gridmap.store.session import transaction
from gridmap.terms import PhotoKind, Satisfaction, Stage
from tests.dispatch.filings import NOW, filing
from web.commands.retention import erase as command

PHONE, EMAIL, WORDS = "13800001234", "li@example.org", "隔壁老张天天在楼道堆煤"
SECRETS = (PHONE, EMAIL, WORDS, "13900005678", "wang@example.org", "堆得更多了", b"own".hex())
CONTENT = Answer(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)
DONE = {"note": "已清走", "outcome": "solved"}
YEARS = timedelta(days=retention.DEFAULT_RETENTION_DAYS)


def everything(session):
    """All rows of all tables as one text."""
    session.flush()
    rows = []
    for table in Base.metadata.tables:
        rows += session.scalars(text(f'SELECT one::text FROM "{table}" AS one'))
    return "\n".join(rows)


@pytest.fixture
def lived(town):
    """A report that went through everything: followed, split, not solved, reopened, closed."""
    session = town.session
    session.add(ChannelSetting(id=1, site_url="https://grid.example", mail_on=True))
    facts = {"phone": PHONE, "email": EMAIL, "description": WORDS}
    number = town.file("RUBBISH", photos=(PhotoFile(b"own", 1, 1),), **facts)
    follower = Following("f-1", phone="13900005678", email="wang@example.org")
    following.follow(session, number, follower, NOW)
    town.act(number, "worker", Action.SENT_UP, note="请社区办")
    town.act(number, "desk", Action.ACCEPTED)
    town.act(number, "desk", Action.PARTED, agency_post_ids=(town["urban"].id,), note="请清运")
    town.act(f"{number}-1", "urban", Action.HANDLED, **DONE)
    town.act(f"{number}-1", "desk", Action.CHECKED)
    proof = Proof(phone_tail="1234")
    for action, said in (
        (Action.REOPENED, following.not_solved("堆得更多了", contacted=True)),
        (Action.AGREED, CONTENT),
    ):
        holder, checker = (
            ("desk", "township") if action is Action.REOPENED else ("township", "county")
        )
        if action is Action.AGREED:
            town.act(number, "township", Action.ACCEPTED)
        evidence = (PhotoFile(b"after", 1, 1, PhotoKind.AFTER),)
        town.act(number, holder, Action.HANDLED, photos=evidence, **DONE)
        town.act(number, checker, Action.CHECKED)
        instruction = Instruction(action, town.row(number).version, answer=said)
        following.answer(session, number, proof, instruction, NOW)
    return number


def test_nothing_of_the_reporter_is_left_in_any_table(town, lived):
    session = town.session
    before = everything(session)
    assert all(secret in before for secret in SECRETS)
    assert erase(session, lived, None, NOW, "本人电话要求") is True
    after = everything(session)
    assert [secret for secret in SECRETS if secret in after] == []


def test_the_event_its_steps_and_its_figures_stay(town, lived):
    session = town.session
    steps = session.execute(select(*Step.__table__.c).order_by(Step.id)).all()
    figures = select(Feedback.solved, Feedback.satisfaction).order_by(Feedback.id)
    answers = session.execute(figures).all()
    before = town.row(lived)
    kept = (before.filed_at, before.closed_at, before.stage, before.outcome, before.version)
    place = (before.raw_lon, before.raw_lat, before.grid_id, before.building_id)
    erase(session, lived, None, NOW, "本人要求")
    row = town.row(lived)
    assert (row.filed_at, row.closed_at, row.stage, row.outcome, row.version) == kept
    assert (row.raw_lon, row.raw_lat, row.grid_id, row.building_id) == place
    assert session.execute(select(*Step.__table__.c).order_by(Step.id)).all() == steps
    found = session.execute(figures).all()
    assert found == answers
    assert session.scalar(select(func.count()).select_from(Follower)) == 1
    assert session.scalars(select(Photo.kind)).all() == [PhotoKind.AFTER, PhotoKind.AFTER]


def test_the_page_says_that_it_was_erased(town, lived):
    erase(town.session, lived, None, NOW, "本人要求")
    for number in (lived, f"{lived}-1"):
        found = service.detail(town.session, number, town.who("desk"), NOW)
        assert (found.erased, found.masked_phone, found.description) == (True, None, ERASED_WORDS)
    key = town.row(lived).track_key
    assert following.track(town.session, lived, Proof(track_key=key), NOW).stage is Stage.CLOSED
    for tail in ("1234", "5678"):
        with pytest.raises(NotFound):
            following.track(town.session, lived, Proof(phone_tail=tail), NOW)


def test_it_is_on_record_who_asked_and_done_once(town, lived):
    session = town.session
    with pytest.raises(InvalidInput):
        erase(session, lived, None, NOW, " ")
    with pytest.raises(NotFound):
        erase(session, "2026-999999", None, NOW, "本人要求")
    assert erase(session, f"{lived}-1", None, NOW, "本人要求") is True
    assert erase(session, lived, None, NOW, "再来一次") is False
    lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "report_erased")).all()
    row = town.row(lived)
    assert [(line.object_key, line.details) for line in lines] == [
        (str(row.id), {"reason": "本人要求"})
    ]
    assert row.erased_at == NOW


def test_other_reports_keep_what_they_have(town, lived):
    other = town.file(phone=PHONE, email=EMAIL, photos=(PhotoFile(b"other", 1, 1),))
    erase(town.session, lived, None, NOW, "本人要求")
    row = town.row(other)
    assert (row.reporter_phone, row.reporter_email, row.erased_at) == (PHONE, EMAIL, None)
    assert len(row.photos) == 1
    mails = select(Message.report_number).where(Message.email == EMAIL)
    assert set(town.session.scalars(mails)) == {other}


def test_after_three_years_it_goes_by_itself(town, lived):
    open_one = town.file(phone=PHONE)
    assert erase_due(town.session, NOW + YEARS) == 0
    then = NOW + YEARS + timedelta(seconds=1)
    assert erase_due(town.session, then) == 1
    assert erase_due(town.session, then) == 0
    assert town.row(lived).erased_at == then
    assert town.row(open_one).reporter_phone == PHONE
    line = town.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "report_erased")
    ).one()
    assert line.details == {"reason": retention.AFTER_ITS_TIME}


def test_the_county_sets_how_long(town, lived):
    queries.put_setting(town.session, RETENTION_DAYS, 30)
    assert erase_due(town.session, NOW + timedelta(days=30)) == 0
    assert erase_due(town.session, NOW + timedelta(days=31)) == 1


def test_what_was_joined_goes_with_the_one_it_was_joined_to(town):
    main, number = town.file("RUBBISH"), town.file("RUBBISH", phone=PHONE)
    town.act(number, "worker", Action.JOINED, main_number=main)
    town.handled(main, "worker")
    town.act(main, "desk", Action.CHECKED)
    then = NOW + YEARS + timedelta(days=1)
    assert erase_due(town.session, then) == 0
    town.act(main, "desk", Action.AGREED, answer=CONTENT)
    assert erase_due(town.session, then, limit=1) == 1
    assert erase_due(town.session, then, limit=1) == 1
    assert town.row(number).reporter_phone is None


def test_the_command_erases_one(committed, monkeypatch):
    engine, _ = committed
    with transaction(engine) as session:
        number = service.file(session, filing(phone=PHONE, code="RUBBISH"), NOW).number
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    run = CliRunner().invoke(command, [number, "--reason", "本人要求"])
    assert run.exit_code == 0
    assert number in run.output
    with transaction(engine) as session:
        assert session.scalars(select(Report.reporter_phone)).all() == [None]
    assert CliRunner().invoke(command, [number]).exit_code != 0
