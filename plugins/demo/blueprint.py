"""What a company is drawn with: units, estates, blocks of buildings, positions of rooms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

LAYOUTS = (
    "開間",
    "一室一廳",
    "兩室一廳",
    "兩室兩廳",
    "三室一廳",
    "三室兩廳",
    "四室兩廳",
    "複式",
    "聯排別墅",
    "獨棟別墅",
    "辦公單元",
    "商鋪",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A node of the organization."""

    code: str
    name: str
    short: str
    kind: str
    parent: str = ""
    address: str = ""
    phone: str = ""
    print_name: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """The rooms of one number on every floor."""

    built: str  # ㎡, decimal text
    inner_rate: str  # inner ÷ built
    layout: str
    orientation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Buildings that are alike."""

    numbers: tuple[str, ...]
    kind: str
    units: int  # stairwells; 0: none
    floors: tuple[int, int]
    positions: tuple[Position, ...]
    room_kind: str = "residence"
    skip_floors: str = ""
    structure: str = "shear_wall"
    lifts: int = 0
    pattern: str = ""
    has_rooms: bool = True  # False: just handed over, its rooms wait for the import


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """An estate; the shares are of its rooms."""

    code: str
    name: str
    short: str
    office: str
    kind: str
    district: str
    address: str
    phone: str
    developer: str
    plates: str  # how its cars' plates begin
    completed: date
    handed_over: date
    parking: int
    pattern: str
    blocks: tuple[Block, ...]
    unsold: float = 0.0
    states: dict[str, float] = field(default_factory=dict)  # of the sold rooms


UNITS = (
    Unit(
        code="G",
        name="和悅物業服務集團",
        short="集團",
        kind="group",
        address="廣州市天河區珠江大道東 88 號",
        phone="02038880000",
        print_name="和悅物業服務集團有限公司",
    ),
    Unit(
        code="GD",
        name="華南分公司",
        short="華南",
        kind="branch",
        parent="G",
        address="廣州市天河區珠江大道東 88 號",
        phone="02038880100",
        print_name="和悅物業服務集團有限公司華南分公司",
    ),
    Unit(
        code="JZ",
        name="華東分公司",
        short="華東",
        kind="branch",
        parent="G",
        address="蘇州市工業園區星海街 200 號",
        phone="051268880100",
        print_name="和悅物業服務集團有限公司華東分公司",
    ),
    Unit(
        code="TH",
        name="天河管理處",
        short="天河",
        kind="office",
        parent="GD",
        address="廣州市天河區翠湖路 1 號",
        phone="02038880210",
        print_name="和悅物業服務集團有限公司天河管理處",
    ),
    Unit(
        code="NH",
        name="南海管理處",
        short="南海",
        kind="office",
        parent="GD",
        address="佛山市南海區桂瀾中路 36 號",
        phone="075768880220",
        print_name="和悅物業服務集團有限公司南海管理處",
    ),
    Unit(
        code="YQ",
        name="園區管理處",
        short="園區",
        kind="office",
        parent="JZ",
        address="蘇州市工業園區星河街 9 號",
        phone="051268880230",
        print_name="和悅物業服務集團有限公司園區管理處",
    ),
    Unit(
        code="BJ",
        name="濱江管理處",
        short="濱江",
        kind="office",
        parent="JZ",
        address="杭州市濱江區雲棲路 18 號",
        phone="057168880240",
        print_name="和悅物業服務集團有限公司濱江管理處",
    ),
)

DISTRICTS = (
    ("TIANHE", "天河片區", "廣州"),
    ("NANHAI", "南海片區", "佛山"),
    ("GUICHENG", "桂城片區", "佛山"),
    ("YUANQU", "園區片區", "蘇州"),
    ("BINJIANG", "濱江片區", "杭州"),
)
