"""The words a file may use for a status, a kind, yes and no, and which of ours each one means."""

from __future__ import annotations

from collections.abc import Mapping


def fold(word: str) -> str:
    """A word without case, and with spaces for underscores and hyphens."""
    return " ".join(word.casefold().replace("_", " ").replace("-", " ").split())


def _words(meanings: Mapping[str, str]) -> Mapping[str, str]:
    return {
        fold(word): meaning for meaning, words in meanings.items() for word in (meaning, *words.split(","))
    }


STATUSES = _words(
    {
        "paid": """
            completed, complete, processing, shipped, delivered, fulfilled, captured, 已付款,
            已支付, 已完成, 交易成功, 已发货, 待发货, 已签收, 已收货, 买家已付款, 卖家已发货,
            bezahlt, abgeschlossen, versendet, geliefert
        """,
        "invoiced": """
            invoice, billed, on account, 已开票, 月结, in rechnung gestellt, auf rechnung
        """,
        "unpaid": """
            pending, pending payment, awaiting payment, authorized, on hold, failed, expired, 待付款,
            未付款, 待支付, 未支付, 等待买家付款, unbezahlt, offen
        """,
        "cancelled": "canceled, voided, void, 已取消, 交易关闭, 已关闭, storniert, abgebrochen",
        "refunded": """
            refund, returned, 已退款, 已退货, 退款成功, 全额退款, erstattet, retourniert
        """,
        "partly_refunded": "partially refunded, partial refund, 部分退款, teilweise erstattet",
    }
)

KINDS = _words(
    {
        "normal": "regular, standard, 普通, 正常",
        "subscription": "subscribe, recurring, abo, 订阅",
        "replacement": "exchange, reship, 换货, 补发, ersatz, umtausch",
        "test": "测试",
    }
)

USER_KINDS = _words(
    {
        "person": "private, retail, consumer, individual, b2c, 个人, privat",
        "wholesale": "business, company, b2b, 批发, 企业, geschäftlich",
        "staff": "employee, internal, 员工, mitarbeiter",
        "test": "测试",
    }
)

ARMS = _words(
    {
        "contact": """
            contacted, treatment, treated, test, variant, sent, exposed, 实验组, 触达, kontakt,
            testgruppe
        """,
        "holdout": """
            control, control group, held out, not contacted, baseline, 对照组, 对照, 留出组,
            kontrolle, kontrollgruppe
        """,
    }
)

_YES = "yes, y, true, t, 1, 1.0, on, ja, wahr, 是, 有, 对, 同意, 上架"
_NO = "no, n, false, f, 0, 0.0, off, nein, falsch, 否, 无, 不, 不同意, 下架"
YES_NO = {fold(word): value for words, value in ((_YES, 1), (_NO, 0)) for word in words.split(",")}

_CODES = """
    AED ARS AUD BDT BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW KZT MAD
    MXN MYR NGN NOK NZD PEN PHP PKR PLN RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR
"""
_DOLLARS = "USD AUD BRL CAD CLP COP HKD MXN NZD SGD TWD"
# What stands beside an amount, and the currencies it may mean; the longer ones first.
CURRENCY_SIGNS: Mapping[str, frozenset[str]] = {
    sign: frozenset(codes.split())
    for sign, codes in {
        "人民币": "CNY",
        "US$": "USD",
        "CA$": "CAD",
        "AU$": "AUD",
        "HK$": "HKD",
        "NT$": "TWD",
        "NZ$": "NZD",
        "MX$": "MXN",
        "CN¥": "CNY",
        "RMB": "CNY",
        "A$": "AUD",
        "C$": "CAD",
        "S$": "SGD",
        "R$": "BRL",
        "zł": "PLN",
        "Kč": "CZK",
        "Ft": "HUF",
        "Fr.": "CHF",
        "kr.": "DKK ISK NOK SEK",
        "kr": "DKK ISK NOK SEK",
        "$": _DOLLARS,
        "€": "EUR",
        "£": "GBP",
        "¥": "CNY JPY",
        "￥": "CNY JPY",
        "円": "JPY",
        "元": "CNY HKD SGD TWD",
        "圆": "CNY",
        "₹": "INR",
        "₽": "RUB",
        "₩": "KRW",
        "₺": "TRY",
        "฿": "THB",
        "₫": "VND",
        "₱": "PHP",
        "₴": "UAH",
        "৳": "BDT",
    }.items()
} | {code: frozenset({code}) for code in _CODES.split()}

CURRENCY_NAMES = {
    "€": "EUR",
    "EURO": "EUR",
    "£": "GBP",
    "RMB": "CNY",
    "CN¥": "CNY",
    "人民币": "CNY",
    "元": "CNY",
    "US$": "USD",
}
