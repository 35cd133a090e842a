"""Steps on the report page and the desk that the browser tests share."""

import io
import secrets

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts.tables import Account
from gridmap.dispatch.tables import Report
from gridmap.ledger.posts import Post
from tests.web import signed
from tests.web.browser.waiting import until

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 640}
HOSTILE = "<img src=x onerror=document.title=1>`};document.title=1;//"


def text_of(page, element: str) -> str:
    return page.locator(f"#{element}").inner_text()


def building(page, live_server: str) -> dict:
    """A numbered building of the county, by the search."""
    return buildings(page, live_server)[0]


def buildings(page, live_server: str) -> list[dict]:
    """Numbered buildings of the county, by the search."""
    answer = page.request.get(f"{live_server}/api/v1/search", params={"q": "号楼", "limit": 20})
    return [item for item in answer.json()["items"] if item["kind"] == "building"]


def open_report(page, live_server: str, place: dict | None = None, size=PHONE) -> None:
    page.set_viewport_size(size)
    query = f"?lon={place['lon']}&lat={place['lat']}" if place else ""
    page.goto(f"{live_server}/report{query}")
    until(page, "document.body.dataset.ready === 'report'")
    if place:
        until(page, "document.querySelector('#spot-badge').classList.length > 1")


def choose(page, topic: str = "environment", category: str = "E01080") -> None:
    page.locator(f"label[for=topic-{topic}]").click()
    page.locator(f"label[for=category-{category}]").click()


def write(page, words: str) -> None:
    page.locator("#description").fill(words)


def send(page) -> str:
    """Send, whatever others have reported near by, and return the number."""
    press_send(page)
    until(page, "document.querySelector('#done-number')")
    return text_of(page, "done-number")


def press_send(page) -> None:
    """Send; where the same is open near by, say that it is something else."""
    page.locator("#send").click()
    until(
        page, "!document.querySelector('#done').hidden || !document.querySelector('#fault').hidden"
    )
    if page.locator("#near-other").is_visible():
        page.locator("#near-other").click()


def file_report(page, live_server: str, words: str, place: dict | None = None, **facts) -> dict:
    """File by the API, at a numbered building unless said otherwise; returns the answer."""
    spot = place or building(page, live_server)
    lonlat = {"lon": spot["lon"], "lat": spot["lat"], "crs": "wgs84"}
    sent = {"category": "E01080", "description": words, "place": lonlat} | facts
    answer = page.request.post(
        f"{live_server}/api/v1/reports",
        data=sent,
        headers={"Idempotency-Key": secrets.token_hex(12)},
    )
    assert answer.status == 201, answer.text()
    return answer.json()


def filed(engine, words: str) -> list[Report]:
    with Session(engine) as session:
        return list(session.scalars(select(Report).where(Report.description == words)))


def account_of_person(engine, person_id: int) -> str:
    """Give an account to somebody who has none; returns its name."""
    with Session(engine) as session, session.begin():
        known = session.scalar(select(Account.login).where(Account.person_id == person_id))
        if known is None:
            known = f"holder-{person_id}"
            signed.account(session, person_id, known)
        return known


def account_of_holder(engine, number: str) -> str:
    """Give an account to who holds a report; returns its name."""
    with Session(engine) as session:
        report = session.scalars(select(Report).where(Report.number == number)).one()
        person_id = session.get_one(Post, report.holder_post_id).person_id
    return account_of_person(engine, person_id)


def sign_in(page, live_server: str, login: str) -> None:
    page.goto(f"{live_server}/desk")
    page.locator("#login").fill(login)
    page.locator("#password").fill(signed.PASSWORD)
    with page.expect_navigation():
        page.locator("main button").click()
    until(page, "document.body.dataset.ready === 'desk'")


def photo(size=(2400, 1800)) -> dict:
    exif = Image.Exif()
    exif[0x010F] = "SecretMaker"
    file = io.BytesIO()
    Image.new("RGB", size, "green").save(file, "JPEG", exif=exif)
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
