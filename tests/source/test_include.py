from __future__ import annotations

from pathlib import Path

import pytest

from engine.source import Files, Folder, TextFiles, read_project


def project(include: str, **files: str) -> tuple[list[str], list[str]]:
    texts = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
    found, findings = read_project(TextFiles({"models.yaml": f"include: {include}\n", **texts}))
    return [d.file for d in found.modules], [f"{d.at}: {d.code}" for d in findings]


def test_files_come_in_the_order_they_are_included() -> None:
    modules, found = project("[models/b.yaml, models/a.yaml]", models__a="x: 1", models__b="x: 2")

    assert modules == ["models/b.yaml", "models/a.yaml"]
    assert found == []


def test_a_pattern_brings_the_rest_in_order_of_names() -> None:
    modules, found = project(
        "[models/z.yaml, 'models/*.yaml']", models__a="", models__b="", models__z=""
    )

    assert modules == ["models/z.yaml", "models/a.yaml", "models/b.yaml"]
    assert found == []


def test_two_stars_reach_every_depth() -> None:
    modules, _ = project("['models/**/*.yaml']", models__a="", models__x__b="", other__c="")

    assert modules == ["models/a.yaml", "models/x/b.yaml"]


def test_a_missing_file_is_reported_where_it_is_named() -> None:
    _, found = project("[models/a.yaml, models/b.yaml]", models__a="")

    assert found == ["models.yaml:1:26: missing-file"]


@pytest.mark.parametrize("name", ["../x.yaml", "/x.yaml", "a/../../x.yaml", "a\\\\x.yaml", "c:/x"])
def test_no_name_leads_outside(name: str) -> None:
    _, found = project(f'["{name}"]')

    assert found == ["models.yaml:1:11: outside-root"]


def test_a_file_is_included_once() -> None:
    _, found = project("[a.yaml, a.yaml, ./a.yaml, models.yaml]", a="")

    assert [one.rpartition(" ")[2] for one in found] == ["included-twice"] * 3


def test_a_link_on_disk_does_not_lead_outside(tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("password: x\n")
    root = tmp_path / "project"
    root.mkdir()
    (root / "models.yaml").write_text("include: [link.yaml, '*.yaml']\n")
    (root / "link.yaml").symlink_to(outside)

    found, findings = read_project(Folder(root))

    assert found.modules == []
    assert "missing-file" in {d.code for d in findings}


@pytest.fixture(params=["folder", "texts"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    texts = {"models.yaml": "include: ['m/*.yaml']\n", "m/a.yaml": "x: 1", "workflows/w.yaml": "y"}
    if request.param == "texts":
        return TextFiles(texts)
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return Folder(tmp_path)


def test_a_folder_and_kept_texts_are_read_alike(files: Files) -> None:
    found, findings = read_project(files)

    assert findings == []
    assert sorted(found.sources) == ["m/a.yaml", "models.yaml", "workflows/w.yaml"]
    assert files.has_folder("m")
    assert not files.has_folder("x")
