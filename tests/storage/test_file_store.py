import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection, select

from engine.extension import Invalid, NotFound
from engine.storage import FileStore, file_store, wy_file


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "files"))


def _picture(kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size).save(file, kind)
    file.seek(0)
    return file


def _archive(entries: dict[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def _sheet(**more: bytes) -> io.BytesIO:
    return _archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>", **more})


def _contents(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_saved_file_is_read_back(store: FileStore, connection: Connection) -> None:
    made = store.save(connection, _picture(), "閘門.png", entity="gate", record_id=3, field="photo")

    known = store.find(connection, made)
    with store.open(connection, made) as stream:
        assert stream.read() == _picture().read()
    assert (known.name, known.content_type) == ("閘門.png", "image/png")
    assert (known.width, known.height, known.entity, known.record_id) == (4, 3, "gate", 3)


def test_one_content_lies_there_once(
    store: FileStore, connection: Connection, tmp_path: Path
) -> None:
    first = store.save(connection, io.BytesIO(b"a,b\n1,2\n"), "one.csv")
    second = store.save(connection, io.BytesIO(b"a,b\n1,2\n"), "two.csv")

    assert first != second
    assert len(_contents(tmp_path)) == 1


def test_a_content_goes_when_nothing_refers_to_it(
    store: FileStore, connection: Connection, tmp_path: Path
) -> None:
    first = store.save(connection, io.BytesIO(b"x"), "one.txt")
    second = store.save(connection, io.BytesIO(b"x"), "two.txt")
    sha256 = store.find(connection, first).sha256

    store.remove(connection, first)
    assert store.remove_unreferenced(connection, [sha256]) == 0
    store.remove(connection, second)
    assert store.remove_unreferenced(connection, [sha256]) == 1

    assert _contents(tmp_path) == []
    with pytest.raises(NotFound):
        store.open(connection, second)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\fakepath\\bill.txt", "bill.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("費" * 300 + ".txt", "費" * 196 + ".txt"),
    ],
)
def test_a_name_is_only_a_name(
    store: FileStore, connection: Connection, given: str, kept: str
) -> None:
    made = store.save(connection, io.BytesIO(b"x"), given)

    assert store.find(connection, made).name == kept


@pytest.mark.parametrize(
    "name",
    ["page.html", "logo.svg", "run.exe", "macro.xlsm", "noending", "data.json", "x.php", "a.xml"],
)
def test_kinds_that_can_do_harm_are_not_taken(
    store: FileStore, connection: Connection, name: str
) -> None:
    with pytest.raises(Invalid, match="are not taken"):
        store.save(connection, io.BytesIO(b"x"), name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>alert(1)</script>", "a.png"),
        (b"%PDF-1.7", "a.jpg"),
        (b"PK\x03\x04", "a.pdf"),
        (b"MZ\x90\x00", "a.xls"),
        (b"\x89PNG\r\n\x1a\n", "a.gif"),
        (b" <!DOCTYPE html><p>", "a.csv"),
        (b"a,b\n<svg onload=x>", "a.txt"),
        (b"MZ\x00\x00", "a.txt"),
        (b"RIFF1234WAVE", "a.webp"),
        (b"\x89PNG\r\n\x1a\nbroken", "a.png"),
        (b"PK\x03\x04broken", "a.xlsx"),
    ],
)
def test_a_file_in_disguise_is_refused(
    store: FileStore, connection: Connection, tmp_path: Path, content: bytes, name: str
) -> None:
    with pytest.raises(Invalid):
        store.save(connection, io.BytesIO(content), name)

    assert connection.scalar(select(wy_file.c.id).where(wy_file.c.name == name)) is None
    assert _contents(tmp_path) == []


def test_a_telephones_double_picture_is_a_jpeg(store: FileStore, connection: Connection) -> None:
    file = io.BytesIO()
    one, other = Image.new("RGB", (8, 8)), Image.new("RGB", (4, 4))
    one.save(file, "MPO", save_all=True, append_images=[other])
    file.seek(0)

    made = store.save(connection, file, "IMG_1.JPG")

    assert store.find(connection, made).content_type == "image/jpeg"


def test_a_picture_that_unpacks_too_large_is_refused(
    store: FileStore, connection: Connection
) -> None:
    bomb = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(bomb, "PNG")
    bomb.seek(0)

    with pytest.raises(Invalid, match="12000 × 12000"):
        store.save(connection, bomb, "a.png")


def test_office_files_are_looked_into(store: FileStore, connection: Connection) -> None:
    store.save(connection, _sheet(), "a.xlsx")

    with pytest.raises(Invalid, match="no Office document"):
        store.save(connection, _sheet(), "a.docx")
    with pytest.raises(Invalid, match="macros"):
        store.save(connection, _sheet(**{"xl/vbaProject.bin": b"x"}), "a.xlsx")


def test_a_zip_bomb_is_refused(store: FileStore, connection: Connection) -> None:
    zeros = bytes(20 * 1024 * 1024)

    with pytest.raises(Invalid, match="too large when unpacked"):
        store.save(connection, _sheet(**{"xl/sheet.xml": zeros}), "a.xlsx")
    many = _archive({f"{n}": b"" for n in range(5_001)})
    with pytest.raises(Invalid, match="too large when unpacked"):
        store.save(connection, many, "a.zip")


def test_size_has_limits_at_both_ends(store: FileStore, connection: Connection) -> None:
    with pytest.raises(Invalid, match="larger than"):
        store.save(connection, io.BytesIO(b"x" * 101), "a.txt", most_bytes=100)
    with pytest.raises(Invalid, match="empty"):
        store.save(connection, io.BytesIO(b""), "a.txt")


def test_the_store_is_a_folder_or_any_url(tmp_path: Path, connection: Connection) -> None:
    in_memory = file_store({"WUYE_FILES": "memory://wuye/files"})
    made = in_memory.save(connection, io.BytesIO(b"x"), "a.txt")
    with in_memory.open(connection, made) as stream:
        assert stream.read() == b"x"

    file_store({"DATA_DIR": str(tmp_path)}).save(connection, io.BytesIO(b"y"), "a.txt")
    assert len(_contents(tmp_path / "files")) == 1
