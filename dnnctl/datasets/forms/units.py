"""Units and currencies that amounts are known by, and the words that multiply them, as 만 and million."""

import re
import unicodedata

# Spellings of one and the same, in small letters; ¥ is money of two countries and stays itself.
_SAME = {
    "₩": "원", "won": "원", "krw": "원", "us$": "$", "usd": "$", "dollar": "$", "dollars": "$", "달러": "$",
    "eur": "€", "euro": "€", "euros": "€", "유로": "€", "gbp": "£", "jpy": "円", "엔": "円", "cny": "元", "rmb": "元",
    "위안": "元", "czk": "Kč", "kč": "Kč", "pln": "zł", "inr": "₹", "rs": "₹", "rs.": "₹", "kr.": "kr", "chf": "CHF",
    "percent": "%", "pct": "%", "퍼센트": "%", "프로": "%", "lbs": "lb", "sqm": "m2", "qm": "m2", "sqft": "sq ft",
    "평방미터": "m2", "제곱미터": "m2", "킬로": "kg", "시간": "h", "hrs": "h", "hours": "h", "분": "min",
    "mins": "min", "minutes": "min", "초": "s", "sec": "s", "secs": "s", "seconds": "s", "day": "days",
    "month": "months", "year": "years", "yrs": "years", "yr": "years", "week": "weeks",
}  # fmt: skip
# Currencies, of which a sign or a code may stand before the number.
_MONEY = (
    *("원", "$", "€", "£", "¥", "円", "元", "₹", "Kč", "zł", "kr", "CHF", "₽", "₺", "₫", "฿", "₴", "₱", "₪", "¢"),
    *("R$", "A$", "C$", "HK$", "NT$", "S$", "AUD", "CAD", "SEK", "NOK", "DKK", "HUF", "Ft", "RUB", "TRY", "BRL"),
)
# Those of which there are no parts, so that three digits behind a comma are thousands.
WHOLE = frozenset({"원", "円", "₫"})
# Units that capitals do not change; MW is no mW.
_SMALL = (
    *(
        "mm",
        "cm",
        "km",
        "in",
        "ft",
        "mi",
        "ha",
        "sq ft",
        "cc",
        "ml",
        "kg",
        "lb",
        "oz",
        "min",
        "days",
        "weeks",
        "months",
    ),
    *("years", "hp", "bhp", "rpm", "km/h", "kmh", "mph", "mpg", "kmpl", "kcal", "cal"),
)
_KNOWN = frozenset(
    (
        *_MONEY,
        *_SMALL,
        *("%", "%p", "‰", "°", "°C", "°F", "m", "mm2", "cm2", "m2", "km2", "평", "cm3", "m3", "cl", "dl", "l", "mL"),
        *("mg", "g", "t", "ms", "s", "h", "일", "주", "개월", "년", "세", "살", "歳", "岁", "m/s", "km/l"),
        *("명", "인", "人", "名", "개", "個", "个", "건", "회", "권", "장", "병", "마리", "점", "층", "Hz", "kHz"),
        *("MHz", "GHz", "KB", "kB", "MB", "GB", "TB", "Wh", "kWh", "MWh", "kW", "MW", "PS", "Nm", "kJ", "bar", "hPa"),
        *("kPa", "mmHg", "mg/dL", "mg/dl", "mmol/l", "mmol/L", "ppm", "dB", "px", "pt", "mAh"),
    )
)
_SIGNS = r"(?:US|R|A|C|HK|NT|S)?\$|[¢£¥₩€₹₽₺₫฿₴₱₪]"
_CODES = "|".join(sorted({code.upper() for code in (*_MONEY, *_SAME) if re.fullmatch("[a-zA-Z]{3}", code)} - {"PCT"}))
# What may stand before a number.
BEFORE = rf"{_SIGNS}|원|円|元|{_CODES}|Kč|zł|kr\.?|Rs\.?"

# Powers of ten.
FACTORS = {
    "천": 3, "만": 4, "십만": 5, "백만": 6, "천만": 7, "억": 8, "조": 12,
    "千": 3, "万": 4, "萬": 4, "億": 8, "亿": 8, "兆": 12,
    "thousand": 3, "million": 6, "billion": 9, "mio": 6, "mio.": 6, "mrd": 9, "mrd.": 9,
}  # fmt: skip
# These are other things too: letters where no currency stands beside them, and 3조 (a third group) where no unit does.
OF_MONEY = {"k": 3, "m": 6, "mn": 6, "b": 9, "bn": 9}
NEEDS_UNIT = frozenset({"천", "조", "千", "兆"})


def canonical(unit: str) -> str:
    """Return the one spelling of a unit, as `m2` for `㎡`; of one that is not known its own."""
    told = unicodedata.normalize("NFKC", unit).strip().replace("^2", "2").replace("^3", "3").replace("º", "°")
    small = told.casefold()
    if told in _KNOWN:
        return told
    return _SAME.get(small, small if small in _SMALL else told)


def is_known(unit: str) -> bool:
    """Tell whether a unit in its one spelling is a common one."""
    return unit in _KNOWN
