"""What the centres refuse, with a code of its own for scripts and a sentence that says what to do."""

from __future__ import annotations

from gridmap.errors import InvalidInput


class CentreClosed(InvalidInput):
    """Nobody checks in at a centre that is closed."""

    code = "centre_closed"

    def __init__(self) -> None:
        super().__init__(
            reason_zh="中心现在没开门，开门后再来签到。",
            reason_en="The centre is closed now; check in when it is open.",
        )


class TooFarFromCentre(InvalidInput):
    """A position that is not at the centre."""

    code = "too_far"

    def __init__(self, distance_m: int, radius_m: int) -> None:
        super().__init__(
            reason_zh=f"您离中心约 {distance_m} 米，要在 {radius_m} 米以内。可以扫中心屏幕上的码。",
            reason_en=f"You are about {distance_m} m from the centre; it must be {radius_m} m at most. "
            "The code on the centre's screen works, too.",
        )
