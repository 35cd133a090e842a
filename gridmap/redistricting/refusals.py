"""Refusals of planning; see `gridmap.errors` for what a refusal is."""

from __future__ import annotations

from gridmap.errors import GridmapError


class AcrossCommunities(GridmapError):
    """An edit that would take ground out of its community."""

    code = "across_communities"
    zh = "网格不能跨社区：选中的地块不属于{community}。"
    en = "A grid does not reach across communities: what is chosen lies outside {community}."
    hint_zh = "社区界线由行政区划决定，这里只在社区之内调整网格。"
    hint_en = "Community boundaries are set elsewhere; here grids are drawn inside them."


class Locked(GridmapError):
    """An edit of a grid or a building that the planner has locked."""

    code = "locked"
    zh = "“{what}”已锁定，没有改动。"
    en = "“{what}” is locked; nothing was changed."
    hint_zh = "先解锁，再调整。"
    hint_en = "Unlock it first."


class NotPlannable(GridmapError):
    """An edit that makes no sense for this plan; `reason_zh` and `reason_en` say why."""

    code = "not_plannable"
    zh = "{reason_zh}"
    en = "{reason_en}"

    def __init__(self, *, reason_zh: str, reason_en: str, field: str | None = None) -> None:
        super().__init__(field=field, reason_zh=reason_zh, reason_en=reason_en)


class CodeTaken(GridmapError):
    """A grid code that some grid has, had, or is to have."""

    code = "code_taken"
    zh = "编码 {value} 已被使用过，网格编码不重复使用。"
    en = "The code {value} has been used; grid codes are never used again."


class PlanMovedOn(GridmapError):
    """A plan that somebody else has saved since; `differs` says what is not the same now."""

    code = "plan_moved_on"
    zh = "{who} 在 {when} 保存过这份草案，您的这一步没有写入。"
    en = "{who} saved this plan at {when}; your step was not written."
    hint_zh = "已换成最新版本，请在其上重做这一步。"
    hint_en = "The newest version is shown now; make your step again on it."


class PlanOutdated(GridmapError):
    """A plan whose communities have changed since it was drawn."""

    code = "plan_outdated"
    zh = "{communities} 的网格在起草之后已有变动，不能直接发布。"
    en = "The grids of {communities} have changed since this plan was drawn; it cannot be published as it is."
    hint_zh = "请先“更新到现状”，看过影响后重新送审。"
    hint_en = "Bring it up to date first, look at what it does, and send it for review again."


class PlanFaulty(GridmapError):
    """A plan that may not go on: what is wrong must be mended first."""

    code = "plan_faulty"
    zh = "还有 {count} 处问题必须先改正：{first_zh}"
    en = "{count} faults must be mended first: {first_en}"


class WrongPlanState(GridmapError):
    """An action that a plan's state does not allow."""

    code = "wrong_plan_state"
    zh = "这份方案现在是“{state_zh}”，不能{action_zh}。"
    en = "This plan is “{state_en}” now; it cannot be done: {action_en}."


class SamePlanner(GridmapError):
    """A review by somebody who drew the plan."""

    code = "same_planner"
    zh = "方案要由没有参与起草的人核准。"
    en = "A plan is approved by somebody who did not draw it."


class NotCovering(GridmapError):
    """Boundaries that would leave a gap or an overlap between grids: nothing is written."""

    code = "not_covering"
    zh = "照此划分，网格之间会出现缝隙或重叠，没有写入。"
    en = "Grids would leave a gap or overlap; nothing was written."
    hint_zh = "请联系管理员检查社区和网格的边界数据。"
    hint_en = "Ask the administrator to check the boundaries of communities and grids."


class NotPublishable(NotPlannable):
    """A publication, a withdrawal or a task that cannot be carried out; the reasons say why."""

    code = "not_publishable"
