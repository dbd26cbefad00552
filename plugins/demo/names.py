"""Names of people and companies in Traditional script."""

from __future__ import annotations

from random import Random


def words(text: str) -> tuple[str, ...]:
    """Cut a text at its blanks."""
    return tuple(text.split())


# By how common they are in the south and east, most common first.
_SURNAMES = (
    "陳" * 9
    + "李" * 8
    + "張黃" * 7
    + "王林" * 6
    + "劉吳" * 5
    + "楊周梁何" * 4
    + "羅鄭謝朱徐郭" * 3
    + "馬胡許沈葉蔡鄧馮曾" * 2
    + "彭蕭蔣潘袁于董余蘇盧魏杜丁程姜范方石姚譚廖鄒熊金陸郝孔白"
    + "崔康毛邱秦江史顧侯邵孟龍萬段錢湯尹黎易常武喬賀賴龔文"
)
_TWO_SIGNS = ("歐陽", "司徒", "上官", "諸葛")

_MALE = (
    "偉強軍勇傑濤明超剛平輝建華國志文斌浩宇軒俊峰鵬飛海波龍翔博文澤洋凱瑞晨旭東寧遠達"
    "榮昌德仁義信廷錦銘家耀祖佳樂子睿皓辰嘉煒楠鴻恆毅誠彬鑫磊亮松柏川林森"
)
_FEMALE = (
    "芳娜敏靜麗娟艷秀霞燕玲桂珍英蘭紅梅雪婷欣怡雨萱夢琪詩涵佳穎思雅晴曉彤嘉慧雯潔瑩琳"
    "瑤菲倩薇蓉蕾月嫻惠珊淑貞鳳萍蓮荷菊瑾瑜語晨若曦芷悅婉妍"
)
_OLD_MALE = words("建國 建華 國強 志強 衛東 永強 建軍 援朝 德明 金水 海生")
_OLD_FEMALE = words("桂英 秀英 玉蘭 淑珍 鳳英 玉梅 秀珍 月娥 桂蘭 惠珍 美蓮")

_PLACES = words("廣州 佛山 深圳 蘇州 杭州 上海 嘉興 東莞 無錫 寧波")
_BRANDS = words(
    "恒信 盛源 鼎泰 天譽 嘉禾 博雅 瑞豐 華晟 中正 匯通 遠景 啟明 "
    "德潤 卓越 永盛 金利 百川 元亨 錦程 海納 星辰 藍圖 致遠 科匯 "
    "智聯 雲帆 樂享 優品 和諧 新橋 綠野 康源 安信 融達 凱旋 東方 "
    "南粵 江南 富春 西溪"
)
_TRADES = words(
    "貿易 科技 信息技術 投資諮詢 裝飾工程 建築設計 廣告傳媒 電子商務 "
    "進出口 物流 餐飲管理 教育諮詢 醫療器械 生物科技 企業管理 財務諮詢 "
    "文化傳播 紡織品 機電設備 環保工程 軟件 人力資源 會展服務 供應鏈管理"
)
_SHOPS = words(
    "茶餐廳 便利店 藥房 美容美髮 水果店 麵包坊 咖啡館 火鍋店 眼鏡店 "
    "兒童樂園 書店 健身中心 牙科診所 寵物店 服飾店 鞋業 手機專賣店 花店 "
    "乾洗店 奶茶店"
)
EMPLOYERS = words(
    "市第一人民醫院 市實驗小學 南方電力設計院 城市軌道交通集團 "
    "大學城建築學院 稅務師事務所 匯豐軟件園 國際貿易公司 汽車製造廠 港務局 "
    "自來水公司 個體經營 退休 律師事務所 證券營業部 報業集團"
)


def surname(random: Random) -> str:
    """Return a family name; one in two hundred has two signs."""
    return random.choice(_TWO_SIGNS) if random.random() < 0.005 else random.choice(_SURNAMES)


def given_name(random: Random, *, male: bool, born: int) -> str:
    """Return a given name as parents chose them in that year."""
    if born < 1965 and random.random() < 0.5:
        return random.choice(_OLD_MALE if male else _OLD_FEMALE)
    signs = _MALE if male else _FEMALE
    length = 1 if random.random() < (0.28 if born < 1990 else 0.12) else 2
    first = random.choice(signs)
    return first if length == 1 else first + random.choice(signs)


def company_name(random: Random) -> str:
    """Return the full name of a company."""
    where, brand, trade = random.choice(_PLACES), random.choice(_BRANDS), random.choice(_TRADES)
    kind = "有限公司" if random.random() < 0.85 else "股份有限公司"
    return f"{where}{brand}{random.choice(_BRANDS)[:1]}{trade}{kind}"


def shop_name(random: Random) -> str:
    """Return the name of a small business."""
    return f"{random.choice(_BRANDS)}{random.choice(_BRANDS)[:1]}{random.choice(_SHOPS)}"
