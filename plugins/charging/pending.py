"""Stand-ins until each action is written."""

from __future__ import annotations

from engine.extension import ActionContext, Refused, action


def _not_yet(context: ActionContext) -> None:
    raise Refused("This is not available yet.")


for _name in (
    "charging.apply_area_change",
    "charging.apply_gift",
    "charging.apply_reduction",
    "charging.charge_once",
    "charging.close_day",
    "charging.close_month",
    "charging.compute_day",
    "charging.confirm_bank_file",
    "charging.enable_item",
    "charging.make_notices",
    "charging.match_bank_file",
    "charging.pay_refund",
    "charging.reverse_payment",
    "charging.revoke_reduction",
    "charging.settle_deposit",
    "charging.submit_reduction",
    "charging.submit_refund",
    "charging.take_deposit",
    "charging.top_up",
):
    action(_name)(_not_yet)
