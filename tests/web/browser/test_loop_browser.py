"""The whole loop through five people's screens: from a phone to 'not solved', and to the end."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.dispatch.tables import Feedback, Report, Step
from tests.web.browser.reporting import (
    account_of_holder,
    building,
    choose,
    open_report,
    send,
    sign_in,
    write,
)
from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser


class Person:
    """Somebody with a screen of her own."""

    def __init__(self, browser, live_server, size):
        self.live_server = live_server
        self.context = browser.new_context(viewport=size)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def look_at(self, number, path=""):
        self.page.goto(f"{self.live_server}/desk/{number}{path}")
        until(self.page, "document.body.dataset.ready === 'desk'")
        return self.page.locator("#desk-detail")

    def press(self, number, action, words):
        """Make a move that needs nothing but its button."""
        pane = self.look_at(number)
        with self.page.expect_response(f"**/steps/{action}**"):
            pane.get_by_role("button", name=words, exact=True).click()

    def fill(self, number, action, note, outcome=None):
        """Make a move by its form."""
        pane = self.look_at(number, f"/steps/{action}")
        if outcome:
            pane.locator(f"label[for=outcome-{outcome}]").click()
        pane.locator("#note").fill(note)
        with self.page.expect_response(f"**/steps/{action}**"):
            pane.locator("footer button").click()


SCREENS = {
    "reporter": {"width": 390, "height": 844},
    "neighbour": {"width": 390, "height": 844},
    "steward": {"width": 360, "height": 640},
    "worker": {"width": 390, "height": 844},
    "desk": {"width": 1440, "height": 900},
}


@pytest.fixture
def people(browser, live_server):
    """The reporter, a neighbour, the steward, the grid's worker, the community's desk: a browser each."""
    made = {name: Person(browser, live_server, size) for name, size in SCREENS.items()}
    yield made
    for person in made.values():
        person.context.close()


def stage_of(engine, number):
    with Session(engine) as session:
        return session.execute(
            select(Report.stage, Report.rung, Report.rounds).where(Report.number == number)
        ).one()


def comes_to(person, engine, number):
    """Whoever holds the report now signs in."""
    sign_in(person.page, person.live_server, account_of_holder(engine, number))


def answer(page, say, *choices, remark):
    page.locator(f"label[for=say-{say}]").click()
    for choice in choices:
        page.locator(f"#ask label[for={choice}]").click()
    page.locator("#ask-remark").fill(remark)
    with page.expect_navigation():
        page.get_by_role("button", name="提交").click()


def follow_instead(page, live_server, spot, number):
    """Report the same, be offered what is there, follow it; returns the address of the link."""
    open_report(page, live_server, spot)
    choose(page, "facilities", "C01080")
    write(page, "楼道灯坏了")
    page.locator("#send").click()
    page.get_by_role("button", name="关注这一件").first.click()
    until(page, "document.querySelector('#followed-number')")
    assert page.locator("#followed-number").inner_text() == number
    page.get_by_role("link", name="查看进度").click()
    page.wait_for_url("**/track/**")
    return page.url


def file_it(page, live_server, spot):
    """Report from a phone; returns the number and the address of its page."""
    open_report(page, live_server, spot)
    choose(page, "facilities", "C01080")
    write(page, "三单元楼道灯不亮，老人摔了一跤")
    number = send(page)
    page.get_by_role("link", name="查看进度").click()
    page.wait_for_url("**/track/**")
    return number, page.url


def handle_and_check(people, engine, number):
    """The steward handles it, the grid's worker checks it."""
    steward, worker = people["steward"], people["worker"]
    comes_to(steward, engine, number)
    steward.press(number, "accepted", "受理")
    steward.fill(number, "handled", "换了灯泡", outcome="solved")
    assert stage_of(engine, number) == ("checking", "grid_branch", 0)
    comes_to(worker, engine, number)
    worker.fill(number, "checked", "晚上去看过，亮了")
    assert stage_of(engine, number).stage == "asking"


def handle_and_check_again(people, engine, number):
    """One rung higher: the grid's worker handles it, the community's desk checks it."""
    worker, desk = people["worker"], people["desk"]
    worker.press(number, "accepted", "受理")
    worker.fill(number, "handled", "整条线路换新", outcome="solved")
    assert stage_of(engine, number) == ("checking", "community", 1)
    comes_to(desk, engine, number)
    desk.fill(number, "checked", "连看三晚，都亮")


def on_record(engine, number):
    """Actions and people of the steps, and what the reporter answered."""
    with Session(engine) as session:
        of_this = select(Step).join(Report).where(Report.number == number)
        steps = session.scalars(of_this.order_by(Step.sequence)).all()
        answers = select(Feedback).join(Report).where(Report.number == number)
        said = session.scalars(answers.order_by(Feedback.id)).all()
        return (
            [step.action for step in steps],
            {step.actor_id for step in steps} - {None},
            [(one.solved, one.satisfaction) for one in said],
        )


ROUND = ["accepted", "handled", "checked"]


def test_from_a_phone_to_not_solved_and_to_the_end(people, live_server, demo_engine):
    page, other = people["reporter"].page, people["neighbour"].page
    spot = building(page, live_server)
    number, tracked = file_it(page, live_server, spot)
    followed = follow_instead(other, live_server, spot, number)
    handle_and_check(people, demo_engine, number)
    page.goto(tracked)
    assert "换了灯泡" in page.locator(".reply").inner_text()
    answer(page, "reopen", "contacted-no", remark="只亮了一个晚上")
    assert "已经重新办理，现在交给网格党支部" in page.locator("#thanks").inner_text()
    assert stage_of(demo_engine, number) == ("filed", "grid_branch", 1)
    handle_and_check_again(people, demo_engine, number)
    page.goto(tracked)
    answer(page, "solved", "contacted-yes", "satisfaction-satisfied", remark="这次好了")
    assert "已经结案" in page.locator("#thanks").inner_text()
    actions, actors, said = on_record(demo_engine, number)
    assert actions == ["filed", *ROUND, "reopened", *ROUND, "agreed"]
    assert len(actors) == 3
    assert said == [(False, "dissatisfied"), (True, "satisfied")]
    other.goto(followed)
    assert other.locator(".badge").first.inner_text() == "已结案"
    assert other.locator("main form").count() == 0
    assert [person.faults for person in people.values()] == [[]] * len(people)
