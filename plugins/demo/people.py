"""Owners with family, pets and cars."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from plugins.demo.identifiers import credit_code, mobile, plate, resident_id, unused
from plugins.demo.ledger import Ledger, Row
from plugins.demo.names import EMPLOYERS, company_name, given_name, shop_name, surname, words

_BRANDS = words("大眾 豐田 本田 日產 別克 比亞迪 吉利 奔馳 寶馬 奧迪 福特 特斯拉 理想 蔚來")
_ELECTRIC = frozenset(("比亞迪", "特斯拉", "理想", "蔚來"))
_COLOURS = ("白", "黑", "銀灰", "紅", "藍", "灰", "香檳")
_DOGS, _CATS = (
    ("泰迪", "柯基", "金毛", "比熊", "柴犬", "中華田園犬"),
    ("英短", "布偶", "橘貓", "美短"),
)
_PET_NAMES = (
    "豆豆",
    "旺財",
    "球球",
    "妞妞",
    "咪咪",
    "可樂",
    "布丁",
    "糯米",
    "花花",
    "多多",
    "小白",
    "元寶",
)
_YEAR = timedelta(days=365)
# None of the columns of an owner may be left out: COPY wants every row alike.
_NOTHING = {
    "sex": None, "birthday": None, "work_unit": None, "contact_person": None, "phone2": None,
    "email": None, "emergency_contact": None, "emergency_phone": None, "tags": None,
    "address": None, "note": None, "active": True,
}  # fmt: skip


@dataclass(slots=True)
class People:
    """Makes owners; no two have one number."""

    ledger: Ledger
    random: Random
    today: date
    ids: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    plates: set[str] = field(default_factory=set)

    def person(self, unit: int, bought_on: date, family_name: str = "") -> Row:
        """Make an owner who was 24 to 62 when he bought."""
        random = self.random
        male = random.random() < 0.55
        born = bought_on - timedelta(days=random.randrange(24 * 365, 62 * 365))
        name = (family_name or surname(random)) + given_name(random, male=male, born=born.year)
        details = {
            "sex": "male" if male else "female",
            "birthday": born,
            "phone": self.phone() if random.random() < 0.985 else None,
            "work_unit": random.choice(EMPLOYERS) if random.random() < 0.3 else None,
            "phone2": self.phone() if random.random() < 0.12 else None,
            "tags": self._tags(born),
        }
        owner = self._owner(unit, name, "person", "resident", self._resident(born, male), details)
        self._reachable(owner, name[0])
        return owner

    def company(self, unit: int, *, shop: bool = False, note: str | None = None) -> Row:
        """Make a company, or a small business in a mall."""
        random = self.random
        contact = surname(random) + random.choice(("先生", "小姐", "經理", "女士"))
        name = shop_name(random) if shop else company_name(random)
        code = unused(lambda: credit_code(random), self.ids)
        details = {"contact_person": contact, "phone": self.phone(), "note": note}
        return self._owner(unit, name, "company", "credit_code", code, details)

    def phone(self) -> str:
        """Return a mobile number nobody has yet."""
        return unused(lambda: mobile(self.random), self.phones)

    def household(self, owner: Row, region: str, room: Row) -> None:
        """Give a person who lives here family, a pet, a car or two, each with some chance."""
        random = self.random
        if random.random() < 0.45:
            self._family(owner)
        if random.random() < 0.05:
            self._pet(owner)
        for chance in (0.5, 0.1):
            if random.random() < chance:
                self.car(owner, region, room)

    def car(self, owner: Row, region: str, room: Row) -> None:
        """Register a car."""
        random = self.random
        brand = random.choice(_BRANDS)
        electric = brand in _ELECTRIC and random.random() < 0.8
        self.ledger.add(
            "owner_vehicle",
            scope_unit=owner["scope_unit"],
            owner=owner["id"],
            room=room["id"],
            plate=unused(lambda: plate(random, region, electric=electric), self.plates),
            kind="electric" if electric else "car",
            brand=brand,
            colour=random.choice(_COLOURS),
            active=True,
        )

    def _owner(
        self, unit: int, name: str, kind: str, id_type: str, id_no: str, details: Row
    ) -> Row:
        values = {**_NOTHING, **details}
        return self.ledger.add(
            "owner",
            scope_unit=unit,
            unit=unit,
            kind=kind,
            name=name,
            id_type=id_type,
            id_no=id_no,
            **values,
        )

    def _resident(self, born: date, male: bool) -> str:
        return unused(lambda: resident_id(self.random, born, male=male), self.ids)

    def _tags(self, born: date) -> list[str] | None:
        chance, aged = self.random.random(), self.today - born > 72 * _YEAR
        if aged and chance < 0.25:
            return ["elderly"]
        if chance < 0.008:
            return ["committee"]
        return ["volunteer"] if chance < 0.02 else None

    def _reachable(self, owner: Row, family_name: str) -> None:
        random = self.random
        if owner["phone"] and random.random() < 0.25:
            owner["email"] = f"u{owner['phone'][-8:]}@example.com"
        if random.random() < 0.3:
            given = given_name(random, male=random.random() < 0.5, born=1985)
            owner["emergency_contact"] = family_name + given
            owner["emergency_phone"] = self.phone()

    def _family(self, owner: Row) -> None:
        random, born = self.random, owner["birthday"]
        if random.random() < 0.75:
            apart = timedelta(days=random.randrange(-1500, 1500))
            self._member(owner, "spouse", born + apart, male=owner["sex"] == "female")
        for _ in range(random.choice((0, 1, 1, 2))):
            child = born + timedelta(days=random.randrange(23 * 365, 36 * 365))
            if child < self.today:
                self._member(owner, "child", child, male=random.random() < 0.52)
        if random.random() < 0.15:
            parent = born - timedelta(days=random.randrange(22 * 365, 32 * 365))
            self._member(owner, "parent", parent, male=random.random() < 0.4)

    def _member(self, owner: Row, relation: str, born: date, *, male: bool) -> None:
        same = relation == "child" or (relation == "parent" and male)
        first = owner["name"][0] if same else surname(self.random)
        grown = self.today - born > 12 * _YEAR
        self.ledger.add(
            "owner_member",
            owner=owner["id"],
            name=first + given_name(self.random, male=male, born=born.year),
            relation=relation,
            phone=self.phone() if grown and self.random.random() < 0.6 else None,
            birthday=born,
            lives_here=self.random.random() < 0.85,
        )

    def _pet(self, owner: Row) -> None:
        dog = self.random.random() < 0.6
        licence = f"犬{self.random.randrange(10**6):06}" if dog else None
        self.ledger.add(
            "owner_pet",
            owner=owner["id"],
            name=self.random.choice(_PET_NAMES),
            kind="dog" if dog else "cat",
            breed=self.random.choice(_DOGS if dog else _CATS),
            licence_no=licence,
            vaccinated_on=self.today - timedelta(days=self.random.randrange(10, 500)),
        )
