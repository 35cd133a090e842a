"""Posting in the caller's transaction: who gets what, and never twice."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from gridmap.errors import InvalidInput
from gridmap.messaging import channels, service
from gridmap.messaging.tables import Delivery, Message
from gridmap.messaging.words import Event, Notice, Template
from gridmap.store.session import transaction
from tests import worlds
from tests.messaging.people import NOW, VALUES, filed, held, mail_on, person, post, robot


def messages(session):
    return session.scalars(select(Message).order_by(Message.id)).all()


def deliveries(session):
    return session.scalars(select(Delivery).order_by(Delivery.id)).all()


def test_a_person_finds_it_in_her_inbox(session):
    who = person(session)
    assert post(session, held(who.id)) == 1
    line = service.inbox(session, who.id).lines[0]
    assert line.subject == "新任务：路灯不亮（2026-000318）"
    assert "时限：11月24日 17:30" in line.body
    assert "/desk" not in line.body
    assert (line.link, line.number, line.read) == ("/desk/2026-000318", "2026-000318", False)
    assert deliveries(session) == []


def test_the_same_is_told_once_to_each(session):
    who, stand_in = person(session), person(session, "乙")
    robot(session)
    both = [held(who.id), held(stand_in.id)]
    assert post(session, *both) == 3
    assert post(session, *both, *both) == 0
    assert post(session, held(who.id, key="2026-000318:2")) == 2
    assert [m.person_id for m in messages(session) if m.person_id] == [who.id, stand_in.id, who.id]
    assert len(deliveries(session)) == 2


def test_a_reporter_is_told_by_mail_with_the_full_address(session):
    mail_on(session)
    assert post(session, filed()) == 1
    [message], [delivery] = messages(session), deliveries(session)
    assert message.email == "li@example.org"
    assert "https://grid.example.org/track?number=2026-000318&key=k" in message.body
    assert (delivery.channel, delivery.state) == ("email", "pending")


def test_a_reporter_reads_her_own_language(session):
    mail_on(session)
    post(session, filed(language="en"))
    assert messages(session)[0].subject == "Your report was received (2026-000318)"


def test_without_a_mail_server_nothing_piles_up(session):
    assert post(session, filed()) == 0
    assert messages(session) == []


def test_without_an_address_of_its_own_the_site_gives_no_link(session):
    robot(session)
    post(session, held(person(session).id))
    assert "打开" not in messages(session)[-1].body


def test_robots_are_told_of_their_area_and_their_events(session):
    world = worlds.draw(session, "A")
    township = world.community.parent_id
    robot(session, name="全县")
    robot(session, name="街道", area_id=township)
    robot(session, name="社区", area_id=world.community.id)
    robot(session, name="只看督办", events=(Event.SUPERVISED,))
    robot(session, name="停用", active=False)
    who = person(session)
    post(session, held(who.id, "a", community_id=world.community.id))
    post(session, held(who.id, "b"))
    post(session, Notice(Event.SUPERVISED, "c", VALUES, person_id=who.id))
    names = {row.id: row.name for row in channels.robots(session, worlds.START)}
    told = [(m.key, names[m.robot_id]) for m in messages(session) if m.robot_id]
    assert sorted(told) == sorted(
        [
            ("a", "全县"),
            ("a", "街道"),
            ("a", "社区"),
            ("b", "全县"),
            ("c", "全县"),
            ("c", "只看督办"),
        ]
    )


def test_a_vacant_post_is_told_to_robots_alone(session):
    robot(session)
    assert post(session, held(None)) == 1
    assert post(session, filed(email=None)) == 0


def test_a_robot_gets_clean_markdown_and_a_link(session):
    mail_on(session)
    robot(session)
    values = VALUES | {"reason": "见 [这里](http://evil.example) <@all>\n**急**"}
    post(session, held(person(session).id, values=values))
    body = messages(session)[-1].body
    assert "说明：见 ［这里］（http:／／evil.example） ＜＠all＞ ＊＊急＊＊" in body
    assert "[打开诉求](https://grid.example.org/desk/2026-000318)" in body


def test_the_countys_own_words_are_used_and_can_be_taken_back(session):
    who = person(session)
    own = Template("请处理 {number}", "{category}")
    channels.save_wording(session, Event.HELD, "zh", own, NOW, account_id=None)
    post(session, held(who.id, "1"))
    channels.save_wording(session, Event.HELD, "zh", None, NOW, account_id=None)
    post(session, held(who.id, "2"))
    assert [m.subject for m in messages(session)] == [
        "请处理 2026-000318",
        "新任务：路灯不亮（2026-000318）",
    ]


def test_older_words_stay_on_record(session):
    channels.save_wording(session, Event.HELD, "zh", Template("a", "b"), NOW, account_id=None)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("DELETE FROM message_template"))


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "/\\evil", "desk"])
def test_a_link_leads_to_this_site_only(session, link):
    with pytest.raises(InvalidInput):
        post(session, held(person(session).id, values={"link": link}))


def test_what_is_for_staff_goes_to_no_address(session):
    with pytest.raises(InvalidInput):
        post(session, Notice(Event.HELD, "k", email="li@example.org"))


def test_a_reporter_with_an_account_finds_it_in_the_inbox_and_no_group_does(session):
    robot(session)
    who = person(session)
    assert post(session, Notice(Event.REPORTER_CLOSED, "k", VALUES, person_id=who.id)) == 1
    assert service.inbox(session, who.id).lines[0].event is Event.REPORTER_CLOSED


def test_many_at_once_are_told_to_a_group_as_a_number(session):
    robot(session)
    who = person(session)
    few = [held(who.id, f"few{i}") for i in range(service.MOST_AT_ONCE)]
    many = [held(who.id, f"many{i}") for i in range(service.MOST_AT_ONCE + 1)]
    assert post(session, *few) == 2 * len(few)
    assert post(session, *many, *many) == len(many) + 1
    last = messages(session)[-1]
    assert (last.robot_id is not None, last.subject) == (True, f"新任务：{len(many)} 件")
    assert "路灯" not in last.body
    assert post(session, *many) == 0


def test_many_take_as_few_statements_as_one(session, statements):
    mail_on(session)
    robot(session)
    who = person(session)
    statements.clear()
    post(session, held(who.id, "0"), filed(key="0"))
    few = len(statements)
    statements.clear()
    post(session, *(n for i in range(1, 201) for n in (held(who.id, str(i)), filed(key=str(i)))))
    assert len(statements) == few <= 7


def test_what_is_rolled_back_was_never_told(engine):
    def fail():
        with transaction(engine) as session:
            mail_on(session)
            post(session, held(person(session, "无").id), filed())
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with transaction(engine) as session:
        assert messages(session) == []
        assert deliveries(session) == []
