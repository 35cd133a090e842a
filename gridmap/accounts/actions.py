"""The audit log in words: each action and each kind of object in Chinese and English; what is sought.

An action that is not here shows its code, so that none is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

Label = tuple[str, str]

ACTIONS: Final[Mapping[str, Label]] = {
    "signed_in": ("登录", "Signed in"),
    "signed_out": ("退出登录", "Signed out"),
    "password_passed": ("密码正确，等待验证码", "Password right, code awaited"),
    "sign_in_failed": ("登录失败", "Sign-in failed"),
    "sign_in_while_locked": ("锁定期间尝试登录", "Tried to sign in while locked"),
    "account_locked": ("连续失败，锁定", "Locked after failures"),
    "session_ended": ("结束一处登录", "Ended a session"),
    "sessions_ended": ("结束其他登录", "Ended the other sessions"),
    "password_changed": ("修改自己的密码", "Changed the own password"),
    "password_set": ("重设密码", "Set a password"),
    "second_factor_enrolled": ("绑定二次验证", "Enrolled a second factor"),
    "second_factor_removed": ("解绑二次验证", "Removed the second factor"),
    "second_factor_reset": ("重置他人的二次验证", "Reset somebody's second factor"),
    "second_factor_rule": ("更改二次验证要求", "Changed the rule for second factors"),
    "recovery_code_used": ("使用恢复码", "Used a recovery code"),
    "recovery_codes_renewed": ("更换恢复码", "Renewed the recovery codes"),
    "account_created": ("新建账号", "Made an account"),
    "accounts_made": ("按岗位批量建账号", "Made accounts for those in post"),
    "account_deactivated": ("停用账号", "Deactivated an account"),
    "account_activated": ("启用账号", "Activated an account"),
    "account_unlocked": ("解除锁定", "Unlocked an account"),
    "role_granted": ("授予系统角色", "Granted a role"),
    "role_taken": ("取消系统角色", "Took a role"),
    "stand_in_named": ("指定代班", "Named a stand-in"),
    "stand_in_ended": ("提前结束代班", "Ended a stand-in early"),
    "audit_exported": ("导出审计日志", "Exported the audit log"),
    "report_filed": ("登记诉求", "Filed a report"),
    "report_accepted": ("受理诉求", "Accepted a report"),
    "report_dispatched": ("派遣诉求", "Dispatched a report"),
    "report_parted": ("分办诉求", "Split a report between agencies"),
    "report_handled": ("反馈处置", "Handled a report"),
    "report_returned": ("退单", "Returned a report"),
    "report_sent_up": ("上报上级", "Sent a report up"),
    "report_transferred": ("转线", "Moved a report to another line"),
    "report_relocated": ("改址", "Moved a report to another place"),
    "report_suspended": ("挂账", "Suspended a report"),
    "report_resumed": ("恢复办理", "Resumed a report"),
    "report_checked": ("核查通过", "Checked a report"),
    "report_rejected": ("核查不通过", "Found a report not done"),
    "report_agreed": ("同意结案", "The reporter agreed"),
    "report_reopened": ("重新办理", "Reopened a report"),
    "report_unreached": ("回访未联系上", "The reporter was not reached"),
    "report_lapsed": ("期满未答复，自动结案", "Closed: no answer in time"),
    "report_joined": ("并案", "Joined two reports"),
    "report_separated": ("取消并案", "Separated two reports"),
    "report_noted": ("跟进诉求", "Noted on a report"),
    "report_supervised": ("督办", "Supervised a report"),
    "report_climbed": ("超时上转", "A report climbed: out of time"),
    "report_overdue": ("县级超时", "Overdue at the county"),
    "report_handed_over": ("岗位变动移交", "Handed over: a post changed"),
    "reports_replaced": ("网格调整改派", "Placed open reports again: grids changed"),
    "report_followed": ("关注诉求", "Followed a report"),
    "reports_exported": ("导出诉求", "Exported reports"),
    "report_erased": ("删除诉求人信息", "Erased a reporter's data"),
    "swept": ("到期清扫", "Swept what was due"),
    "category_changed": ("更改类别", "Changed a category"),
    "category_ended": ("停用类别", "Ended a category"),
    "calendar_changed": ("更改工作日历", "Changed the calendar"),
    "coverage_rule_set": ("更改覆盖检查规则", "Changed a rule of coverage"),
    "setting_changed": ("更改设置", "Changed a setting"),
    "channels_changed": ("更改通知渠道", "Changed the channels"),
    "delivery_sent_again": ("重发通知", "Sent a message again"),
    "api_key_made": ("发放 API 密钥", "Made an API key"),
    "api_key_revoked": ("停用 API 密钥", "Revoked an API key"),
    "webhook_saved": ("更改推送", "Changed a webhook"),
    "webhook_secret_changed": ("更换推送签名密钥", "Changed a webhook's secret"),
    "webhook_removed": ("删除推送", "Removed a webhook"),
    "webhook_sent_again": ("重新推送", "Sent to a webhook again"),
    "webhook_stopped": ("推送多次失败，自动停用", "Stopped a webhook that failed"),
    "report_withheld": ("越区查看，已拒绝", "Looked outside the own area, refused"),
    "phone_shown": ("查看居民电话", "Looked at a reporter's phone"),
    "plan_begun": ("起草网格方案", "Began a plan of grids"),
    "plan_shared": ("共享网格方案", "Shared a plan of grids"),
    "plan_submit": ("网格方案送审", "Sent a plan of grids for review"),
    "plan_recall": ("收回网格方案", "Took a plan of grids back"),
    "plan_return": ("退回网格方案", "Sent a plan of grids back"),
    "plan_approve": ("核准网格方案", "Approved a plan of grids"),
    "plan_adopt": ("发布网格方案", "Published a plan of grids"),
    "plan_withdraw": ("撤回网格方案", "Withdrew a plan of grids"),
    "plan_drop": ("作废网格方案", "Dropped a plan of grids"),
    "plan_task_accepted": ("接受网格调整待办", "Accepted a task of a plan"),
    "plan_task_declined": ("网格调整待办另行处理", "Declined a task of a plan"),
    "record_begun": ("新增台账记录", "Began a record"),
    "record_changed": ("变更台账记录", "Changed a record"),
    "record_ended": ("结束台账记录", "Ended a record"),
    "record_renewed": ("续任", "Renewed a term"),
    "record_corrected": ("更正台账记录", "Corrected a record"),
    "record_withdrawn": ("撤下台账记录", "Withdrew a record"),
    "register_exported": ("导出台账", "Exported a register"),
    "workbook_undone": ("撤销导入的工作簿", "Rolled a workbook back"),
    "register_imported": ("导入台账工作簿", "Took a workbook into a register"),
    "name_added": ("添加名称", "Added a name"),
    "name_confirmed": ("确认名称", "Confirmed a name"),
    "name_rejected": ("不采用名称", "Rejected a name"),
    "name_corrected": ("更正名称", "Corrected a name"),
    "name_ended": ("结束名称", "Ended a name"),
    "names_exported": ("导出地名库", "Exported the gazetteer"),
    "names_imported": ("导入地名库表格", "Took a table into the gazetteer"),
    "address_added": ("添加门牌地址", "Added an address"),
    "address_ended": ("结束门牌地址", "Ended an address"),
    "address_rejected": ("不采用门牌地址", "Rejected an address"),
    "road_owner_set": ("设定道路归属", "Set which grid answers for a road"),
    "visit_photos_added": ("添加走访照片", "Added photos of a visit"),
    "visit_problem_raised": ("走访问题转为诉求", "Raised a problem of a visit"),
    "party_meeting_planned": ("安排组织生活", "Planned a branch's meeting"),
    "party_meeting_changed": ("更改组织生活安排", "Changed a branch's plan"),
    "party_meeting_held": ("登记组织生活", "Recorded a branch's meeting"),
    "party_meeting_corrected": ("更正组织生活登记", "Corrected a branch's meeting"),
    "party_meeting_cancelled": ("取消组织生活安排", "Cancelled a branch's meeting"),
    "joint_meeting_planned": ("安排联席会议", "Planned a joint meeting"),
    "joint_meeting_invited": ("加邀联席会议", "Invited more to a joint meeting"),
    "joint_meeting_moved": ("联席会议改期", "Moved a joint meeting"),
    "joint_meeting_cancelled": ("取消联席会议", "Cancelled a joint meeting"),
    "joint_meeting_held": ("写联席会议纪要", "Wrote the minutes of a joint meeting"),
    "joint_point_proposed": ("提联席会议议题", "Proposed a point for a joint meeting"),
    "joint_plans_exported": ("导出联席会议安排", "Exported planned joint meetings"),
    "joint_plans_imported": ("导入联席会议安排", "Imported planned joint meetings"),
    "joint_point_dropped": ("撤回联席会议议题", "Took back a point of a joint meeting"),
    "party_member_came": ("登记党员转入", "Wrote a member who came"),
    "party_member_transferred": ("转移组织关系", "Transferred a member"),
    "party_member_left": ("结束组织关系", "Ended a membership"),
    "party_member_confirmed": ("预备党员转正", "Made a full member"),
    "party_member_forgotten": ("删除党员个人信息", "Erased a member's data"),
    "party_dues_noted": ("登记党费是否交纳", "Noted who has paid dues"),
    "party_duty_set": ("设定组织生活多久一次", "Set how often a duty is due"),
    "centre_hours_unread": (
        "升级时没能读懂的开放时间",
        "Opening hours that the upgrade could not read",
    ),
    "volunteer_registered": ("志愿者报到", "Registered a volunteer"),
    "volunteer_link_renewed": ("志愿者换私人链接", "Renewed a volunteer's link"),
    "volunteer_checked_in": ("志愿者换报到社区", "Changed a volunteer's community"),
    "volunteer_checked_in_by_organiser": ("代志愿者签到", "Checked a volunteer in"),
    "volunteer_erased": ("注销志愿者", "Erased a volunteer's data"),
    "volunteer_changed": ("用名册修改志愿者", "Changed a volunteer by the list"),
    "volunteer_linked": ("志愿者关联账号", "Linked a volunteer with an account"),
    "volunteer_unlinked": ("志愿者解除账号关联", "Unlinked a volunteer from an account"),
    "volunteers_exported": ("导出志愿者名册", "Exported the volunteers' list"),
    "attendance_exported": ("导出活动签到", "Exported attendance"),
    "sign_up_written": ("补登活动报名", "Wrote somebody's place down"),
    "sign_up_left": ("登记退出活动", "Gave somebody's place back"),
    "activity_made": ("组织活动", "Made an activity"),
    "activity_changed": ("修改活动", "Changed an activity"),
    "activity_cancelled": ("取消活动", "Cancelled an activity"),
    "need_posted": ("发布需求", "Posted a need"),
    "need_done": ("办结需求", "Closed a need"),
    "need_withdrawn": ("撤回需求", "Withdrew a need"),
    "hours_corrected": ("更正服务时长", "Corrected hours"),
    "hours_imported": ("导入平台时长", "Imported hours"),
    "hours_import_undone": ("撤销导入的时长", "Took imported hours out"),
    "star_table_written": ("设定星级标准", "Wrote a table of stars"),
    "stars_given": ("评定星级", "Gave the stars of a year"),
}
"""Action to its words."""

OBJECTS: Final[Mapping[str, Label]] = {
    "account": ("账号", "account"),
    "party_meeting": ("组织生活", "branch's meeting"),
    "meeting_plan": ("联席会议安排", "planned joint meeting"),
    "party_membership": ("组织关系", "party membership"),
    "party_organisation": ("党组织", "party organisation"),
    "party_duty": ("组织生活规定", "rule of duties"),
    "report": ("诉求", "report"),
    "post": ("岗位", "post"),
    "setting": ("设置", "setting"),
    "coverage_rule": ("覆盖检查规则", "rule of coverage"),
    "audit": ("审计日志", "audit log"),
    "stand_in": ("代班", "stand-in"),
    "category": ("类别", "category"),
    "calendar": ("日历", "calendar"),
    "channel": ("通知渠道", "channel"),
    "delivery": ("通知", "message"),
    "api_key": ("API 密钥", "API key"),
    "webhook": ("推送", "webhook"),
    "plan": ("网格方案", "plan of grids"),
    "record": ("台账记录", "record of a register"),
    "register": ("台账", "register"),
    "place_name": ("名称", "name"),
    "address": ("门牌地址", "address"),
    "road_grid": ("道路归属", "grid of a road"),
    "centre": ("服务中心", "service centre"),
    "volunteer": ("志愿者", "volunteer"),
    "activity": ("活动", "activity"),
    "need": ("需求", "need"),
    "sign_up": ("活动报名", "place in an activity"),
    "service_hours": ("服务时长", "record of hours"),
    "hours_import": ("导入的时长", "import of hours"),
    "star_table": ("星级标准", "table of stars"),
    "star_year": ("年度星级", "stars of a year"),
}
"""Kind of object to its words."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a reader of the log looks for; empty is everything.

    Attributes:
        since, before: aware moments, the second excluded.
        account: name of the account that did it, or its person's full name.
        action: code of an action.
        object_kind, object_key: the object it was done to.
    """

    since: datetime | None = None
    before: datetime | None = None
    account: str = ""
    action: str = ""
    object_kind: str = ""
    object_key: str = ""

    def written(self) -> dict[str, str]:
        """Return what is sought, as words that can be stored."""
        moments = {"since": self.since, "before": self.before}
        texts = {
            "account": self.account,
            "action": self.action,
            "object_kind": self.object_kind,
            "object_key": self.object_key,
        }
        kept = {name: moment.isoformat() for name, moment in moments.items() if moment}
        return kept | {name: text for name, text in texts.items() if text}


def label(words: Mapping[str, Label], code: str, language: str) -> str:
    """Return the words of a code in ``zh`` or ``en``; the code itself where there are none.

    >>> label(ACTIONS, "signed_in", "zh"), label(ACTIONS, "brand_new", "en")
    ('登录', 'brand_new')
    """
    zh, en = words.get(code, (code, code))
    return en if language == "en" else zh
