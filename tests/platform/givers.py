"""Keys and webhooks for tests."""

from gridmap.platform import keys, webhooks
from gridmap.platform.happenings import Happening
from gridmap.platform.keys import Wanted
from gridmap.platform.scopes import Scope
from gridmap.platform.webhooks import WebhookSettings
from tests.dispatch.filings import NOW

URL = "https://example.org/hook"


def key(session, *scopes, now=NOW, **facts):
    """A key with these scopes; with all of them if none are named."""
    wanted = Wanted("市平台", scopes or tuple(Scope), facts.pop("per_minute", 1000), **facts)
    return keys.make(session, wanted, now, account_id=None)


def bearer(session, *scopes, now=NOW, **facts):
    """Another system that has shown such a key."""
    return keys.bearer(session, key(session, *scopes, now=now, **facts), now)


def webhook(session, url=URL, events=tuple(Happening), now=NOW, **facts):
    """A webhook; its id and secret."""
    wanted = WebhookSettings(facts.pop("name", "市平台"), url, events, **facts)
    return webhooks.save(session, None, wanted, now, account_id=None)
