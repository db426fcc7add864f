"""Letters of the languages that tables are written in, the most frequent first, and the encodings of their files.

Rough orders do: they tell how likely bytes are to be text of a language, not which language it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log

# By encoding: the logarithm of how much rarer it is than the usual ones. Supersets stand for what they hold: cp1252 for
# latin-1, cp949 for euc-kr, gb18030 for gbk and gb2312, cp932 for shift_jis, cp950 for big5, cp1254 for latin-5.
RARER = {
    **dict.fromkeys(("cp1252", "cp949", "gb18030", "cp932", "cp1254"), 0.0),
    "cp1250": -0.5,
    **dict.fromkeys(("cp950", "euc_jp", "cp1251", "cp1257"), -1.0),
    **dict.fromkeys(("iso8859_2", "koi8_u"), -2.0),
    **dict.fromkeys(("cp1253", "cp1255", "cp1256", "cp874"), -4.0),
    **dict.fromkeys(("cp850", "mac_roman", "cp866", "iso8859_5"), -5.0),
}
# Encodings, as Python calls them, of which one that is tried has all letters in the same places.
WIDER = {
    **dict.fromkeys(("iso8859-1", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "cp950",
    "iso8859-9": "cp1254",
    "koi8-r": "koi8_u",
    **dict.fromkeys(("tis-620", "iso8859-11"), "cp874"),
}
LATIN = "eaionrtslcdumpghbyfvkwzxjq"
# Letters of foreign names, signs, and anything else: logarithms of the share of each.
FOREIGN = dict.fromkeys("éáíóúàèäöüñçãõøåêôëï", -9.0)
SIGNS = dict.fromkeys("–—’µ³£±§×·½“”«»®©…№", -8.0) | dict.fromkeys("°²€", -5.0)
ODD = -14.0


@dataclass(frozen=True)
class Language:
    """What is known of a language, or of several that share most letters.

    Args:
        encodings: What it is saved in.
        letters: Its letters, the most frequent first, in small letters.
        rows: Of Chinese, Japanese and Korean, whose `letters` are only the most frequent ones: shares of others, the
            encoding whose rows of characters have these, and first and last byte of the rows.
        rare: The logarithm of how much rarer its tables are than those of others.
    """

    encodings: tuple[str, ...]
    letters: str
    rows: tuple[tuple[float, str, int, int], ...] = ()
    rare: float = 0.0

    @cache  # noqa: B019 - there are as many as stand below
    def chances(self) -> dict[str, float]:
        """Return the logarithm of each letter's share."""
        found = SIGNS | dict.fromkeys("0123456789", log(0.01))
        if self.letters[0] in LATIN:
            own = [letter for letter in self.letters if not letter.isascii()]
            return found | FOREIGN | _shares([c for c in self.letters if c.isascii()], 0.8) | _shares(own, 0.15, 4)
        for share, encoding, first, last in self.rows:
            pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(0x40, 0xFF))
            letters = {each for each in b"\n".join(pairs).decode(encoding, "ignore") if not each.isascii()}
            found |= dict.fromkeys(letters, log(share / len(letters)))
        return (
            found
            | _shares(LATIN, 0.03)
            | (_shares(self.letters, 0.6, 60) if self.rows else _shares(self.letters, 0.95))
        )


def _shares(letters: Sequence[str], whole: float, fall: float = 8) -> dict[str, float]:
    """Return the logarithm of each letter's share, exp(-rank / fall) of the first one's."""
    first = log(whole / sum(exp(-rank / fall) for rank in range(len(letters))))
    return {letter: first - rank / fall for rank, letter in enumerate(letters)}


_WEST, _MIDDLE = ("cp1252", "cp850", "mac_roman"), ("cp1250", "iso8859_2")
_KANA = (
    "ンーストルイラリクカシドジコップタサブフロマメレアキグデチバウビオセパハニケテボムダノミナャ"
    "ュョのいたりんしかなきくすもてとさこけまるれらあおみつめせちそはやよわえ"
)
LANGUAGES = (
    Language(_WEST, "esaitnrulodcmpévqfbghjàxèêzyçkôîûùâwœëïæ"),  # French
    Language(_WEST, "enisratdhulcgmobwfkzüväpößjyqx"),  # German
    Language(_WEST, "eaosrnidlctumpbgvyqóíhfzjéáñxúkwü¿¡"),  # Spanish
    Language(_WEST, "aeosrindmutclpvgqbfãzhçéíjáóêõxúâàôkwy"),  # Portuguese
    Language(_WEST, "eantrsildomkgvfhuäpåöcbjyxwzéq"),  # Swedish
    Language(_WEST, "aintesloukämvrjhypdögbcfåwqxzšž"),  # Finnish
    Language(_WEST, "enrdtisalogkmvfuhpbyåøæcjzwxqé"),  # Danish, Norwegian
    Language(_WEST, "eaionlrtscdupmvghfbqzòàùèéìjkxyw"),  # Italian
    Language(_WEST, "enatirodslghvkmubpwjczfxyëéïqèö"),  # Dutch
    Language(_WEST, "anrieutsðglmkfhvoáípdjóbæúyöéþýxwcqz", rare=-3.0),  # Icelandic
    Language(_MIDDLE, "aieoznrwsctykdplmujłbgęhąóżśfćńźxvq"),  # Polish
    Language(_MIDDLE, "eoantsilkrdpvímucháězyjbřéčžýšůgúfťňxówqď"),  # Czech
    Language(_MIDDLE, "aoenstirvlkdmpucíhzábjyčéžýľšťúgfňôďäóxĺŕwq"),  # Slovak
    Language(_MIDDLE, "eatlsnkizrámégoydvhbjföópőcuíúüxwűq"),  # Hungarian
    Language(_MIDDLE, "eiarntulcsodpămşîfvţbgâzhxjkwyq"),  # Romanian
    Language(_MIDDLE, "aioenrjstvkudlmpgzbčcšhžćđfxywq"),  # Croatian, Slovene
    Language(("cp1257",), "iasteurnkmloėdvpjgšbyųžzcįčąęūhf", rare=-1.0),  # Lithuanian
    Language(("cp1257",), "aisetrunāmkloīdvpjēzšgcbņļfūžčķģh", rare=-1.0),  # Latvian
    Language(("cp1257",), "aieustlnkdmvorgjhpäübõöfšzž", rare=-3.0),  # Estonian
    Language(("cp1254",), "aeinrlıkdmuytsoübşzgçhğvcöpfjâîwxq"),  # Turkish
    Language(("cp1251", "koi8_u", "cp866", "iso8859_5"), "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"),  # Russian
    Language(("cp1251", "koi8_u"), "оаниівтерслкдмупязьбгйчхцжюїєшщфґ"),  # Ukrainian
    Language(("cp1251",), "аиоенртсвлкдпмзгуъячбцжйющшхфь"),  # Bulgarian
    Language(("cp1251",), "аоиентрсјвукдпмлзгбчшцњжћљђхџф"),  # Serbian, Macedonian
    Language(("cp1253",), "αοιετνσηρπκμλςόίάγδήυέωθφχύβώζξψϊ"),  # Greek
    Language(("cp1255",), "יוהלאתרבמשנכעדחקפםגטצסזןךץף"),  # Hebrew
    Language(("cp1256",), "اليمنرتوبةسدفعهحكقجشطصخزذضغظثأإءئىؤآپچژگ"),  # Arabic, Persian
    Language(("cp874",), "านรกอเงมยล่วดทส้ตะปบัคิีหแจพชขใไ์โผูุศณซถฟึำืธษญภ็ๆฐฮฆฉฎ"),  # Thai
    Language(
        ("cp949",),
        "이지사자기인대가아시부수정원스하서도구리일전상보고주은제라동해산장나성공드유소다무경트조여신한비관치남진어물영로강연안학교금마분용국면"
        "단식계오업과방명세년선음미크중양화천감북당프반직품입류체울간포생실종개초석래호출문재위매별료통급등회결높낮녀합격예율타코레그",
        ((0.35, "euc_kr", 0xB0, 0xC8), (0.005, "euc_kr", 0xCA, 0xFD), (0.01, "euc_kr", 0xA1, 0xAC)),
    ),
    Language(
        ("gb18030",),
        "一不中大人上国有年地市业学工会高生分小区公行电部家成机化民水海产员南口理力时东方子面月经平法入号山北无关名广州合新路商务金西者度性"
        "物料门代建低量计网城类长品别体位文师期级教信男女是否收价格安装设服管江天河京数据青车项目外保院所油米重本明单开政",
        ((0.35, "gb2312", 0xB0, 0xD7), (0.03, "gb2312", 0xD8, 0xF7), (0.01, "gb2312", 0xA1, 0xA9)),
    ),
    Language(
        ("cp950",),
        "一不中大人上國有年地市業學工會高生分小區公行電部家成機化民水海產員南口理力時東方子面月經平法入號山北無關名廣州合新路商務金西者度性"
        "物料門代建低量計網城類長品別體位文師期級教信男女是否收價格安裝設服管江天河京數據青車項目外保院所油米重本明單開政台縣鄉鎮臺灣",
        ((0.35, "big5", 0xA4, 0xC6), (0.03, "big5", 0xC9, 0xF9), (0.01, "big5", 0xA1, 0xA3)),
    ),
    Language(("cp932",), "ﾝｽｰﾄﾙﾗｲﾘｸｶｼｺｯﾀｻﾌﾏﾒﾚｱｷﾊﾞﾟﾁｳｵｾﾆｹﾃﾎﾑﾉﾐﾅﾋｴﾍｬｭｮ", rare=-8.0),  # Japanese in half-width letters
    Language(
        ("cp932", "euc_jp"),
        _KANA
        + "日一国人年大本中長出時行月分後前生間上東金入学高円子外下気小山女北書名川水男西電校土木車南市県町区業会社員品"
        "料数店所在地別価格販売種類住職客番号性不合否満点",
        (
            (0.05, "euc_jp", 0xA4, 0xA4),
            (0.05, "euc_jp", 0xA5, 0xA5),
            (0.25, "euc_jp", 0xB0, 0xCF),
            (0.01, "euc_jp", 0xD0, 0xF4),
            (0.01, "euc_jp", 0xA1, 0xA3),
        ),
    ),
)
