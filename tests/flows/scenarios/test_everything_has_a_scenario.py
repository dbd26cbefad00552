"""Every scenario, every capability and every rule of the design has a test that shows it.

The capabilities are the rows of the table «What the field offers»; what is no act of a flow is
shown elsewhere and named with its file.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
SCENARIOS = range(1, 35)

CAPABILITIES = {
    "Sequential steps": ["a01_sequence"],
    "Condition branch, first match": ["a04_exclusive_choice"],
    "Parallel branch": ["a02_parallel_split", "a03_synchronization"],
    "Inclusive branch": ["a06_multi_choice"],
    "Route, conditional goto": ["a_refusal_may_be_a_return", "jumping_to_any_step"],
    "Sub-flow": ["a_sub_flow_of_a_linked_record"],
    "One sub-flow per line": ["all_must_be_approved"],
    "Countersign, all must approve": ["a12_a_number_of_signers"],
    "Any one": ["any_one_passes_and_any_one_refuses"],
    "In order": ["in_order_each_is_asked"],
    "Ratio, N of M": ["so_many_of_them_refusals", "a_part_of_them_is_rounded_up"],
    "First-refusal rule selectable": ["so_many_of_them_may_be_lost_at_the_first_refusal"],
    "Claim from a pool": ["a_pool_is_claimed_by_one"],
    "Add a signer before": ["signers_before_oneself"],
    "Add a signer after": ["signers_after_oneself"],
    "Add a co-signer": ["signers_beside_oneself"],
    "Remove a signer": ["those_one_has_added_can_be_removed", "the_last_signer_cannot"],
    "Transfer": ["a_transferred_task_is_somebody_elses"],
    "Delegate and come back": ["a_delegate_gives_an_opinion"],
    "Standing proxy": ["a_standing_proxy_sees_it_too"],
    "Handover of a leaver": ["everything_a_leaver_holds", "a_leavers_tasks_go"],
    "Return to initiator": ["a_record_comes_back_to_who_handed_it_in"],
    "Return to previous": ["back_to_the_step_before"],
    "Return to any earlier step": ["a09_arbitrary_cycles"],
    "Return out of parallel": ["a22_cancel_region", "after_a_block_the_whole_block"],
    "Resubmit straight back": ["straight_back_to_who_returned_it"],
    "Reject ends the flow": ["a_refusal_ends_everything"],
    "Withdraw by initiator": ["until_when_a_request_can_be_withdrawn"],
    "Take back by approver": ["a_decision_is_taken_back"],
    "Urge": ["urging_is_limited"],
    "Copy": ["people_are_copied_once_each"],
    "Jump by admin": ["jumping_out_of_and_within_a_block"],
    "Terminate": ["a18_cancel_case"],
    "Suspend, resume": ["nobody_acts_while_it_is_suspended"],
    "Draft before submit": ["a_draft_is_nobodys_business"],
    "Due date, reminder": ["people_are_reminded_before_and_after"],
    "Timeout auto approve, reject": ["a_deadline_is_counted", "it_may_be_refused"],
    "Escalation to a superior": ["a_superior_may_decide_too"],
    "Auto-dedupe": ["who_has_agreed_just_before_is_spared", "anywhere_before_is_spared"],
    "Initiator is the approver": ["an_approver_who_is_the_initiator"],
    "No assignee": ["nobody_is_found"],
    "By role, department, post": ["the_ways_to_name_people"],
    "By initiator's manager, multi-level": ["the_ways_to_name_people"],
    "Chosen by initiator or previous": ["people_chosen_by_the_initiator"],
    "By a form field": ["the_ways_to_name_people"],
    "Field rights per step": ["an_approver_changes_what_his_step_lets_him", "what_a_step_hides"],
    "Approver edits the form": ["an_approver_may_change_his_fields_in_the_form"],
    "Flow picture with state": ["a_panel_says_who_holds_it"],
    "To-do, done, started, copied": ["a_panel_says_who_holds_it", "people_are_copied_once_each"],
    "Running cases keep their version": ["running_cases_keep_the_text"],
    "Migration of running cases": ["a_running_case_is_moved_to_the_newest_text"],
    "Concurrency control": ["a_race"],
    "History kept when cancelled": ["a_decision_is_taken_back", "a_transferred_task"],
    "Record status mirrored": ["a_record_follows_its_approval", "a_state_says_what_stays_open"],
    "Forecast of coming approvers": ["the_initiator_sees_beforehand"],
    "A text that a person can review": ["a34_what_cannot_run_is_refused"],
}

RULES = {
    1: ["a_refusal_ends_everything", "a_refusal_may_be_a_return"],
    2: [
        *("one_return_acts_at_once", "those_who_were_asked_are_asked_again", "begins_anew_after"),
        *("later_steps_ask_those_again", "a_step_that_means_other_people"),
    ],
    3: ["straight_back_to_who_returned_it", "if_a_watched_field_has_changed"],
    4: ["until_when_a_request_can_be_withdrawn", "what_is_handed_in_anew"],
    5: ["a_decision_is_taken_back", "what_a_call_has_done_cannot_be_taken_back"],
    6: ["a30_dynamic_partial_join", "who_abstains_is_not_counted", "late_opinions"],
    7: ["signers_are_added_three_deep", "who_cannot_be_added", "by_an_added_signer_is_the_seats"],
    8: ["those_one_has_added_can_be_removed", "an_administrator_may_remove_anybody"],
    9: ["a_transferred_task", "a_delegate_gives_an_opinion"],
    10: ["a_standing_proxy_sees_it_too", "a_proxys_proxy", "when_a_proxy_does_not_count"],
    11: ["a_person_named_twice", "an_approval_of_something_else", "was_gone_back_on_spares"],
    12: ["nobody_is_found", "an_administrator_names_somebody"],
    13: ["an_approver_who_is_the_initiator", "a_step_of_the_initiator_alone"],
    14: ["a_race"],
    15: ["running_cases_keep_the_text", "is_not_moved_where"],
    16: ["a_deadline_is_counted", "silence_does_not_agree", "a_timer_dies_with_its_task"],
    17: ["what_is_logged", "the_log_cannot_be_changed"],
    18: ["the_same_request_twice"],
    19: ["a_call_is_part_of_the_decision", "a_call_that_fails_leaves_nothing"],
    20: ["is_locked_at_every_door", "decided_is_not_deleted"],
    21: ["reads_this_record_and_no_other", "the_right_stays_after_deciding", "what_a_step_hides"],
    22: ["an_approver_changes_what", "what_is_asked_for_is_asked_for_when_approving_only"],
    23: [
        *("a04_exclusive_choice", "conditions_choose_another_way"),
        *("the_branches_whose_condition_holds", "the_choice_is_made_when_the_block_is_reached"),
    ],
    24: ["urging_is_limited", "people_are_copied_once_each"],
    25: ["jumping_to_any_step_outside_foreign_blocks"],
    26: ["all_must_be_approved", "a_refusal_in_a_sub_flow", "what_ends_the_parent", "a20_"],
}


def known_tests() -> list[str]:
    files = [*HERE.parent.rglob("test_*.py"), *(TESTS / "storage").rglob("test_*.py")]
    return [n for file in files for n in re.findall(r"^def (test_\w+)", file.read_text(), re.M)]


@pytest.mark.parametrize("number", SCENARIOS)
def test_every_scenario_has_a_test(number: int) -> None:
    assert [one for one in known_tests() if one.startswith(f"test_a{number:02}_")]


def test_the_table_has_all_56_capabilities_and_all_26_rules() -> None:
    assert len(CAPABILITIES) == 56
    assert sorted(RULES) == list(range(1, 27))


@pytest.mark.parametrize("about", [*CAPABILITIES, *RULES])
def test_every_capability_and_every_rule_is_shown(about: str | int) -> None:
    names = known_tests()
    shown = RULES[about] if isinstance(about, int) else CAPABILITIES[about]
    missing = [part for part in shown if not any(part in name for name in names)]
    assert not missing
