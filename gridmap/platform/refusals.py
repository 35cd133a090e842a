"""What another system is refused, and why."""

from __future__ import annotations

from gridmap.errors import GridmapError


class KeyNeeded(GridmapError):
    """An operation that only keys open, without one."""

    code = "key_needed"
    zh = "需要 API 密钥。"
    en = "An API key is needed."
    hint_zh = "请求头写 Authorization: Bearer 密钥；Open311 也可以用参数 api_key。密钥由县系统管理员发放。"
    hint_en = (
        "Send the header Authorization: Bearer KEY, or the parameter api_key of Open311. "
        "The county's administrator hands keys out."
    )


class BadKey(GridmapError):
    """A key that is unknown, revoked or out of date: never says which."""

    code = "bad_key"
    zh = "API 密钥无效。"
    en = "The API key is not valid."
    hint_zh = "密钥可能已停用或到期，请联系县系统管理员。"
    hint_en = "It may have been revoked or be out of date; ask the county's administrator."


class MissingScope(GridmapError):
    """A good key that does not open this."""

    code = "missing_scope"
    zh = "这个 API 密钥没有“{scope}”权限。"
    en = "This API key lacks the scope “{scope}”."


class OtherJurisdiction(GridmapError):
    """A report that lies outside the area of a key."""

    code = "other_jurisdiction"
    zh = "这个位置不在该密钥可用的范围内。"
    en = "This place lies outside the area of the key."
