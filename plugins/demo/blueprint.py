"""What the demo company looks like: its tree, its estates, their buildings and layouts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

LAYOUTS = (
    "開間", "一室一廳", "兩室一廳", "兩室兩廳", "三室一廳", "三室兩廳", "四室兩廳", "複式",
    "聯排別墅", "獨棟別墅", "辦公單元", "商鋪",
)  # fmt: skip


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
    Unit(code="G", name="和悅物業服務集團", short="集團", kind="group", address="廣州市天河區珠江大道東 88 號",
         phone="02038880000", print_name="和悅物業服務集團有限公司"),
    Unit(code="GD", name="華南分公司", short="華南", kind="branch", parent="G", address="廣州市天河區珠江大道東 88 號",
         phone="02038880100", print_name="和悅物業服務集團有限公司華南分公司"),
    Unit(code="JZ", name="華東分公司", short="華東", kind="branch", parent="G", address="蘇州市工業園區星海街 200 號",
         phone="051268880100", print_name="和悅物業服務集團有限公司華東分公司"),
    Unit(code="TH", name="天河管理處", short="天河", kind="office", parent="GD", address="廣州市天河區翠湖路 1 號",
         phone="02038880210", print_name="和悅物業服務集團有限公司天河管理處"),
    Unit(code="NH", name="南海管理處", short="南海", kind="office", parent="GD", address="佛山市南海區桂瀾中路 36 號",
         phone="075768880220", print_name="和悅物業服務集團有限公司南海管理處"),
    Unit(code="YQ", name="園區管理處", short="園區", kind="office", parent="JZ", address="蘇州市工業園區星河街 9 號",
         phone="051268880230", print_name="和悅物業服務集團有限公司園區管理處"),
    Unit(code="BJ", name="濱江管理處", short="濱江", kind="office", parent="JZ", address="杭州市濱江區雲棲路 18 號",
         phone="057168880240", print_name="和悅物業服務集團有限公司濱江管理處"),
)  # fmt: skip

DISTRICTS = (
    ("TIANHE", "天河片區", "廣州"), ("NANHAI", "南海片區", "佛山"), ("GUICHENG", "桂城片區", "佛山"),
    ("YUANQU", "園區片區", "蘇州"), ("BINJIANG", "濱江片區", "杭州"),
)  # fmt: skip

_HIGH = (
    Position("118.62", "0.782", "三室兩廳", "south_north"),
    Position("89.35", "0.776", "兩室兩廳", "south"),
    Position("89.35", "0.776", "兩室兩廳", "south"),
    Position("141.20", "0.790", "四室兩廳", "southeast"),
)
_HIGH_B = (
    Position("126.88", "0.771", "三室兩廳", "south_north"),
    Position("76.43", "0.768", "兩室一廳", "south"),
    Position("98.57", "0.770", "三室兩廳", "south"),
    Position("126.88", "0.771", "三室兩廳", "southwest"),
)
_MID = (
    Position("96.40", "0.872", "三室一廳", "south_north"),
    Position("78.15", "0.868", "兩室一廳", "south_north"),
)
_VILLA = tuple(
    Position(area, "0.930", layout, "south")
    for area, layout in (("268.50", "聯排別墅"), ("231.75", "聯排別墅"), ("386.20", "獨棟別墅"))
)
_OFFICE = tuple(
    Position(area, "0.685", "辦公單元", side)
    for area, side in (
        ("186.40", "south"), ("92.75", "south"), ("92.75", "south"), ("138.60", "southeast"),
        ("138.60", "east"), ("92.75", "east"), ("92.75", "north"), ("186.40", "north"),
        ("138.60", "northwest"), ("92.75", "west"), ("92.75", "west"), ("138.60", "southwest"),
    )
)  # fmt: skip
_SHOP_AREAS = ("28.60", "36.45", "41.20", "52.80", "66.35", "88.90", "120.50", "35.10", "47.75", "150.00")
_MALL = tuple(Position(_SHOP_AREAS[i % 10], "0.620", "商鋪", "south") for i in range(56))
_STUDIO = tuple(
    Position(("38.26", "42.90", "55.48")[i % 3], "0.705", ("開間", "開間", "一室一廳")[i % 3],
             ("south", "north")[i % 2])
    for i in range(24)
)  # fmt: skip

USUAL = "{棟}-{單元}-{層:2}{室:2}"
_LIVED_IN = {"occupied": 0.77, "vacant": 0.13, "leased": 0.06, "decorating": 0.03, "handed_over": 0.01}

ESTATES = (
    Estate(code="CHHY", name="翠湖花園", short="翠湖", office="TH", kind="residential", district="TIANHE",
           address="廣州市天河區翠湖路 1 號", phone="02038880211", developer="廣州翠湖置業有限公司", plates="粵A",
           completed=date(2016, 11, 20), handed_over=date(2017, 3, 18), parking=1650, pattern=USUAL,
           unsold=0.01, states=_LIVED_IN,
           blocks=(
               Block(numbers=tuple("12345678"), kind="high_rise", units=2, floors=(1, 32), positions=_HIGH,
                     skip_floors="*4, 13", lifts=4),
               Block(numbers=("9", "10"), kind="high_rise", units=2, floors=(1, 18), positions=_HIGH,
                     lifts=4, has_rooms=False),
           )),
    Estate(code="LJW", name="麗景灣", short="麗景", office="NH", kind="residential", district="NANHAI",
           address="佛山市南海區桂瀾中路 36 號", phone="075768880221", developer="佛山麗景房地產開發有限公司",
           plates="粵E", completed=date(2020, 6, 30), handed_over=date(2020, 12, 26), parking=1720,
           pattern="{棟}棟{單元}單元{層}{室:2}", unsold=0.06,
           states={"occupied": 0.62, "vacant": 0.22, "decorating": 0.07, "leased": 0.05, "handed_over": 0.04},
           blocks=(Block(numbers=tuple("1235678"), kind="high_rise", units=2, floors=(1, 30),
                         positions=_HIGH_B, skip_floors="4, 14", lifts=4),)),
    Estate(code="GYXC", name="桂苑新村", short="桂苑", office="NH", kind="residential", district="GUICHENG",
           address="佛山市南海區桂城桂苑路 12 號", phone="075768880222", developer="南海城建開發公司", plates="粵E",
           completed=date(2001, 9, 30), handed_over=date(2001, 12, 1), parking=280, pattern=USUAL,
           states={"occupied": 0.83, "leased": 0.09, "vacant": 0.08},
           blocks=(Block(numbers=tuple(str(n) for n in range(1, 25)), kind="mid_rise", units=3,
                         floors=(1, 7), positions=_MID, structure="brick"),)),
    Estate(code="YQS", name="雲棲墅", short="雲棲", office="BJ", kind="residential", district="BINJIANG",
           address="杭州市濱江區雲棲路 18 號", phone="057168880241", developer="杭州雲棲置業有限公司", plates="浙A",
           completed=date(2018, 4, 28), handed_over=date(2018, 9, 29), parking=300, pattern="{棟}-{室:2}",
           unsold=0.04,
           states={"occupied": 0.66, "vacant": 0.24, "decorating": 0.08, "leased": 0.02},
           blocks=(Block(numbers=tuple("ABCDEF"), kind="villa", units=0, floors=(1, 1),
                         positions=_VILLA * 7, room_kind="villa", structure="frame"),)),
    Estate(code="HYGJ", name="和悅國際中心", short="國際中心", office="TH", kind="office", district="TIANHE",
           address="廣州市天河區珠江大道東 88 號", phone="02038880212", developer="廣州和悅商業發展有限公司",
           plates="粵A", completed=date(2014, 5, 16), handed_over=date(2014, 8, 8), parking=520,
           pattern="{棟}-{層:2}{室:2}", unsold=0.02,
           states={"leased": 0.58, "occupied": 0.30, "vacant": 0.12},
           blocks=(Block(numbers=("T1",), kind="tower", units=0, floors=(3, 45), positions=_OFFICE,
                         room_kind="office", skip_floors="*4, 13", structure="frame_shear", lifts=12),)),
    Estate(code="XHH", name="星河匯廣場", short="星河匯", office="YQ", kind="mixed", district="YUANQU",
           address="蘇州市工業園區星河街 9 號", phone="051268880231", developer="蘇州星河商業管理有限公司",
           plates="蘇E", completed=date(2019, 10, 18), handed_over=date(2019, 12, 20), parking=900,
           pattern="{棟}-{層:2}{室:2}", unsold=0.05,
           states={"leased": 0.52, "occupied": 0.33, "vacant": 0.13, "decorating": 0.02},
           blocks=(
               Block(numbers=("M",), kind="mall", units=0, floors=(-1, 5), positions=_MALL,
                     room_kind="shop", skip_floors="4", structure="frame", lifts=8),
               Block(numbers=("A",), kind="high_rise", units=0, floors=(6, 30), positions=_STUDIO,
                     room_kind="apartment", skip_floors="*4, 13", structure="frame_shear", lifts=6),
           )),
)  # fmt: skip
