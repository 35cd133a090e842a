"""Steps on the planner's table that its browser tests share."""

import secrets

from tests.web import signed
from tests.web.browser.waiting import until


def sign_in(page, server: str, login: str) -> None:
    page.server = server
    page.set_default_timeout(20_000)
    page.goto(f"{server}/sign-in")
    page.locator("#login").fill(login)
    page.locator("#password").fill(signed.PASSWORD)
    with page.expect_navigation():
        page.locator("main button").click()


def begin(page, server: str, area: str, name: str = "网格调整方案") -> int:
    """Begin a plan by the form, and wait for its table; returns its number."""
    page.goto(f"{server}/plans")
    page.locator("#name").fill(name)
    page.locator("#area").select_option(label=area)
    with page.expect_navigation(timeout=120_000):  # the first plan cuts the county into atoms
        page.locator("#begin button").click(no_wait_after=True)
    open_plan(page)
    return int(page.url.rsplit("/", 1)[1])


def open_plan(page) -> None:
    until(page, "document.body.dataset.ready === 'plan'", 60)


def api(page, method: str, path: str = "", **body):
    """Call the plan's own API as whoever is signed in."""
    answer = page.request.fetch(
        f"{page.server}/api/v1/plans/{page.plan}{path}",
        method=method,
        data=body or None,
        headers={"Idempotency-Key": secrets.token_hex(12)} if method == "POST" else None,
    )
    assert answer.ok, answer.text()
    return answer.json()


def state(page) -> dict:
    return api(page, "GET")


def saved(page) -> None:
    """Wait until every step is saved."""
    until(page, "!window.plan_page.queue.busy && !window.plan_page.queue.running", 30)


def rows_of(page) -> list[str]:
    return page.locator(".plan-row").evaluate_all("all => all.map((one) => one.dataset.row)")


def choose(page, number: int) -> None:
    """Take the grid in that place of the list as the paint."""
    page.locator(".plan-row-main").nth(number).click()


def split(page, parts: int) -> None:
    """Split the only grid, and wait until it is saved."""
    choose(page, 0)
    page.get_by_role("button", name="拆分").click()
    page.locator("#ask-parts").select_option(str(parts))
    page.locator("#dialog button[type=submit]").click()
    until(page, f"document.querySelectorAll('.plan-row').length === {parts}")
    saved(page)


def middle_of(page, number: int) -> tuple[float, float]:
    """Where on the screen the middle of a grid is, by its place in the list."""
    return page.evaluate(
        f"""(() => {{
          const {{ model, map }} = window.plan_page;
          const row = Number(document.querySelectorAll('.plan-row')[{number}].dataset.row);
          const {{ x, y }} = model.shown.middle(row);
          const at = map.latLngToContainerPoint(model.mesh.place(map, x, y));
          const box = map.getContainer().getBoundingClientRect();
          return [at.x + box.x, at.y + box.y];
        }})()"""
    )


def brush(page, start, end=None) -> None:
    """Paint single pieces from one spot of the screen to another."""
    page.locator("#tools [data-tool=brush]").click()
    page.locator("[data-wholes='0']").click()
    page.mouse.move(*start)
    page.mouse.down()
    if end:
        page.mouse.move(*end, steps=12)
    page.wait_for_timeout(60)
    page.mouse.up()


def watching(page):
    """Write down what must not happen; a refusal or a lost network that a test makes is no fault."""
    page.faults = []
    expected = ("Failed to load resource", "net::ERR_INTERNET_DISCONNECTED")
    page.on(
        "console",
        lambda m: (
            page.faults.append(m.text)
            if m.type in ("error", "warning") and not m.text.startswith(expected)
            else None
        ),
    )
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    return page


def assignment(page):
    return page.evaluate("[...window.plan_page.model.shown.rows]")
