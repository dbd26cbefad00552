"""The six estates of the demo company, with their buildings and layouts."""

from __future__ import annotations

from datetime import date

from plugins.demo.blueprint import Block, Estate, Position

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
        ("186.40", "south"),
        ("92.75", "south"),
        ("92.75", "south"),
        ("138.60", "southeast"),
        ("138.60", "east"),
        ("92.75", "east"),
        ("92.75", "north"),
        ("186.40", "north"),
        ("138.60", "northwest"),
        ("92.75", "west"),
        ("92.75", "west"),
        ("138.60", "southwest"),
    )
)
_SHOP_AREAS = (
    "28.60",
    "36.45",
    "41.20",
    "52.80",
    "66.35",
    "88.90",
    "120.50",
    "35.10",
    "47.75",
    "150.00",
)
_MALL = tuple(Position(_SHOP_AREAS[i % 10], "0.620", "商鋪", "south") for i in range(56))
_STUDIO = tuple(
    Position(
        ("38.26", "42.90", "55.48")[i % 3],
        "0.705",
        ("開間", "開間", "一室一廳")[i % 3],
        ("south", "north")[i % 2],
    )
    for i in range(24)
)

USUAL = "{棟}-{單元}-{層:2}{室:2}"
_LIVED_IN = {
    "occupied": 0.77,
    "vacant": 0.13,
    "leased": 0.06,
    "decorating": 0.03,
    "handed_over": 0.01,
}

ESTATES: tuple[Estate, ...] = (
    Estate(
        code="CHHY",
        name="翠湖花園",
        short="翠湖",
        office="TH",
        kind="residential",
        district="TIANHE",
        address="廣州市天河區翠湖路 1 號",
        phone="02038880211",
        developer="廣州翠湖置業有限公司",
        plates="粵A",
        completed=date(2016, 11, 20),
        handed_over=date(2017, 3, 18),
        parking=1650,
        pattern=USUAL,
        unsold=0.01,
        states=_LIVED_IN,
        blocks=(
            Block(
                numbers=tuple("12345678"),
                kind="high_rise",
                units=2,
                floors=(1, 32),
                positions=_HIGH,
                skip_floors="*4, 13",
                lifts=4,
            ),
            Block(
                numbers=("9", "10"),
                kind="high_rise",
                units=2,
                floors=(1, 18),
                positions=_HIGH,
                lifts=4,
                has_rooms=False,
            ),
        ),
    ),
    Estate(
        code="LJW",
        name="麗景灣",
        short="麗景",
        office="NH",
        kind="residential",
        district="NANHAI",
        address="佛山市南海區桂瀾中路 36 號",
        phone="075768880221",
        developer="佛山麗景房地產開發有限公司",
        plates="粵E",
        completed=date(2020, 6, 30),
        handed_over=date(2020, 12, 26),
        parking=1720,
        pattern="{棟}棟{單元}單元{層}{室:2}",
        unsold=0.06,
        states={
            "occupied": 0.62,
            "vacant": 0.22,
            "decorating": 0.07,
            "leased": 0.05,
            "handed_over": 0.04,
        },
        blocks=(
            Block(
                numbers=tuple("1235678"),
                kind="high_rise",
                units=2,
                floors=(1, 30),
                positions=_HIGH_B,
                skip_floors="4, 14",
                lifts=4,
            ),
        ),
    ),
    Estate(
        code="GYXC",
        name="桂苑新村",
        short="桂苑",
        office="NH",
        kind="residential",
        district="GUICHENG",
        address="佛山市南海區桂城桂苑路 12 號",
        phone="075768880222",
        developer="南海城建開發公司",
        plates="粵E",
        completed=date(2001, 9, 30),
        handed_over=date(2001, 12, 1),
        parking=280,
        pattern=USUAL,
        states={"occupied": 0.83, "leased": 0.09, "vacant": 0.08},
        blocks=(
            Block(
                numbers=tuple(str(n) for n in range(1, 25)),
                kind="mid_rise",
                units=3,
                floors=(1, 7),
                positions=_MID,
                structure="brick",
            ),
        ),
    ),
    Estate(
        code="YQS",
        name="雲棲墅",
        short="雲棲",
        office="BJ",
        kind="residential",
        district="BINJIANG",
        address="杭州市濱江區雲棲路 18 號",
        phone="057168880241",
        developer="杭州雲棲置業有限公司",
        plates="浙A",
        completed=date(2018, 4, 28),
        handed_over=date(2018, 9, 29),
        parking=300,
        pattern="{棟}-{室:2}",
        unsold=0.04,
        states={"occupied": 0.66, "vacant": 0.24, "decorating": 0.08, "leased": 0.02},
        blocks=(
            Block(
                numbers=tuple("ABCDEF"),
                kind="villa",
                units=0,
                floors=(1, 1),
                positions=_VILLA * 7,
                room_kind="villa",
                structure="frame",
            ),
        ),
    ),
    Estate(
        code="HYGJ",
        name="和悅國際中心",
        short="國際中心",
        office="TH",
        kind="office",
        district="TIANHE",
        address="廣州市天河區珠江大道東 88 號",
        phone="02038880212",
        developer="廣州和悅商業發展有限公司",
        plates="粵A",
        completed=date(2014, 5, 16),
        handed_over=date(2014, 8, 8),
        parking=520,
        pattern="{棟}-{層:2}{室:2}",
        unsold=0.02,
        states={"leased": 0.58, "occupied": 0.30, "vacant": 0.12},
        blocks=(
            Block(
                numbers=("T1",),
                kind="tower",
                units=0,
                floors=(3, 45),
                positions=_OFFICE,
                room_kind="office",
                skip_floors="*4, 13",
                structure="frame_shear",
                lifts=12,
            ),
        ),
    ),
    Estate(
        code="XHH",
        name="星河匯廣場",
        short="星河匯",
        office="YQ",
        kind="mixed",
        district="YUANQU",
        address="蘇州市工業園區星河街 9 號",
        phone="051268880231",
        developer="蘇州星河商業管理有限公司",
        plates="蘇E",
        completed=date(2019, 10, 18),
        handed_over=date(2019, 12, 20),
        parking=900,
        pattern="{棟}-{層:2}{室:2}",
        unsold=0.05,
        states={"leased": 0.52, "occupied": 0.33, "vacant": 0.13, "decorating": 0.02},
        blocks=(
            Block(
                numbers=("M",),
                kind="mall",
                units=0,
                floors=(-1, 5),
                positions=_MALL,
                room_kind="shop",
                skip_floors="4",
                structure="frame",
                lifts=8,
            ),
            Block(
                numbers=("A",),
                kind="high_rise",
                units=0,
                floors=(6, 30),
                positions=_STUDIO,
                room_kind="apartment",
                skip_floors="*4, 13",
                structure="frame_shear",
                lifts=6,
            ),
        ),
    ),
)
