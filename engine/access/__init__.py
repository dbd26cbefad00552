"""Who may do what: rights to entities and buttons, rows, fields; accounts and grants."""

from engine.access.accounts import Account, account_of, find_account, load_actor
from engine.access.actor import ALL, SYSTEM, VISITOR, Actor, AllUnits, Units, merged
from engine.access.explain import Explanation, Sentence, why
from engine.access.explain_row import explain_row
from engine.access.fields import (
    changeable_fields,
    masked_fields,
    may_reveal,
    readable_fields,
    revealable_fields,
    seeing_only,
)
from engine.access.grants import Grant, grant, grants_of, revoke, revoke_role
from engine.access.holders import holders, holders_over, units_of
from engine.access.installing import ensure_access
from engine.access.matrix import RightsMatrix, rights_matrix, set_right
from engine.access.questions import Rights
from engine.access.rights import ADMIN, entities_readable, may, may_use
from engine.access.rows import actor_values, visible_rows
from engine.access.sync import sync_rights
from engine.access.users import (
    NewUser,
    create_admin,
    create_user,
    create_users,
    set_password,
    set_preference,
)

__all__ = [
    "ADMIN",
    "ALL",
    "SYSTEM",
    "VISITOR",
    "Account",
    "Actor",
    "AllUnits",
    "Explanation",
    "Grant",
    "NewUser",
    "Rights",
    "RightsMatrix",
    "Sentence",
    "Units",
    "account_of",
    "actor_values",
    "changeable_fields",
    "create_admin",
    "create_user",
    "create_users",
    "ensure_access",
    "entities_readable",
    "explain_row",
    "find_account",
    "grant",
    "grants_of",
    "holders",
    "holders_over",
    "load_actor",
    "masked_fields",
    "may",
    "may_reveal",
    "may_use",
    "merged",
    "readable_fields",
    "revealable_fields",
    "revoke",
    "revoke_role",
    "rights_matrix",
    "seeing_only",
    "set_password",
    "set_preference",
    "set_right",
    "sync_rights",
    "units_of",
    "visible_rows",
    "why",
]
