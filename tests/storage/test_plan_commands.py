import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from engine.cli import main

MANIFEST = """\
product: {name: Test, languages: [zh_Hant, en]}
roles:
  clerk: {label: Clerk}
include: [models/test.yaml]
"""
MODULE = """\
module: test
label: Test
entities:
  room:
    label: Room
    title: name
    fields:
      name: {type: text, label: Name}
"""


class Project:
    def __init__(self, root: Path, database_url: str) -> None:
        self._root = root
        self._url = database_url

    def write(self, module: str) -> None:
        (self._root / "models").mkdir(exist_ok=True)
        (self._root / "models.yaml").write_text(MANIFEST)
        (self._root / "models/test.yaml").write_text(module)

    def write_flow(self, name: str, flow: str) -> None:
        (self._root / "workflows").mkdir(exist_ok=True)
        (self._root / f"workflows/{name}.yaml").write_text(flow)

    def run(self, command: str, *arguments: str) -> Result:
        rooted = [] if command == "rollback" else ["--root", str(self._root)]
        environ = {"DATABASE_URL": self._url}
        return CliRunner().invoke(main, [command, *rooted, *arguments], env=environ)


@pytest.fixture
def project(tmp_path: Path, database_url: str) -> Project:
    made = Project(tmp_path, database_url)
    made.write(MODULE)
    return made


def test_plan_shows_what_apply_then_does(project: Project) -> None:
    planned = project.run("plan", "--sql")
    applied = project.run("apply", "--author", "ann", "--reason", "first")
    again = project.run("plan")

    assert "+ room table, 8 columns safe" in planned.output
    assert 'CREATE TABLE "room"' in planned.output
    assert "+ room table, 8 columns safe" in applied.output
    assert applied.exit_code == 0, applied.output
    assert again.output == "nothing to do\n"


def test_apply_says_when_there_is_nothing_to_do(project: Project) -> None:
    project.run("apply")

    assert project.run("apply").output.startswith("nothing to do: release ")


def test_a_lossy_plan_ends_with_two_and_needs_a_word(project: Project, engine: Engine) -> None:
    project.run("apply")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO room (name) VALUES ('a'), ('7')"))
    project.write(MODULE.replace("type: text", "type: integer"))

    planned = project.run("plan", "--json")
    refused = project.run("apply")
    forced = project.run("apply", "--lossy")

    steps = json.loads(planned.output)["steps"]
    assert "room.name text -> bigint lossy" in " ".join(step["text"] for step in steps)
    assert (planned.exit_code, refused.exit_code, forced.exit_code) == (2, 2, 0)
    assert "nothing was done: --lossy takes these steps" in refused.output
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT name FROM room ORDER BY id")).all() == [None, 7]


def test_wrong_metadata_ends_with_one_and_says_where(project: Project) -> None:
    project.write(MODULE.replace("type: text", "type: txt"))

    found = project.run("plan")

    assert found.exit_code == 1
    assert "models/test.yaml:8:20: unknown-type" in found.output


def test_rollback_lists_releases_and_restores_one(project: Project) -> None:
    project.run("apply", "--author", "ann", "--reason", "first")
    project.write(MODULE + "      code: {type: text, label: Code}\n")
    project.run("apply", "--author", "ben")

    listed = project.run("rollback").output.splitlines()
    restored = project.run("rollback", listed[-1].split()[0])
    unknown = project.run("rollback", "99")

    assert [line.split()[3] for line in listed] == ["ben", "ann"]
    assert "restores release" in restored.output
    assert "there is no release 99" in unknown.output
    assert unknown.exit_code == 2


FLOW = """\
flow: claim
for: claim
steps:
  - {step: head, who: role:clerk}
"""
CLAIMS = (
    MODULE
    + """\
  claim:
    label: Claim
    fields:
      name: {type: text, label: Name}
      state:
        type: choice
        label: State
        read_only: true
        default: draft
        options: {draft: a, pending: b, approved: c, rejected: d, voided: e}
"""
)


def test_a_broken_flow_is_refused_and_the_release_before_stays(
    project: Project, engine: Engine
) -> None:
    project.write(CLAIMS)
    project.write_flow("claim", FLOW)
    assert project.run("apply").exit_code == 0
    before = _state(engine)
    project.write(CLAIMS + "      more: {type: text, label: M}\n")
    project.write_flow("claim", FLOW.replace("role:clerk", "role:clark, on_reject: boss"))

    refused = project.run("apply")

    assert refused.exit_code == 1
    assert "workflows/claim.yaml:4:28: unknown-role" in refused.stderr
    assert "workflows/claim.yaml:4:46: unknown-step" in refused.stderr
    assert _state(engine) == before
    project.write_flow("claim", FLOW)
    assert project.run("apply").exit_code == 0
    assert _state(engine) != before


def test_another_text_of_a_flow_is_a_release_of_its_own(project: Project, engine: Engine) -> None:
    project.write(CLAIMS)
    project.write_flow("claim", FLOW)
    project.run("apply")
    before = _state(engine)
    project.write_flow("claim", FLOW.replace("}", ", sign: all}"))

    assert project.run("apply").exit_code == 0
    after = _state(engine)
    assert after[0] == before[0] + 1
    assert "sign: all" in after[1]["workflows/claim.yaml"]
    assert after[2] == before[2]


def _state(engine: Engine) -> tuple[int, dict[str, str], list[str]]:
    """Return the number of releases, the texts in force, and the columns of the claims."""
    with engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM wy_release"))
        latest = text("SELECT sources FROM wy_release ORDER BY id DESC LIMIT 1")
        columns = text(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'claim'"
            " ORDER BY ordinal_position"
        )
        found = list(connection.scalars(columns))
        return int(count or 0), dict(connection.scalar(latest) or {}), found
