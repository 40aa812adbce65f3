"""The names that files give to our fields, in English, Chinese and German.

Within a table a name stands for one field only. Of two columns that fit a field, the name that comes
first here wins.
"""

from __future__ import annotations

from collections.abc import Mapping

_USER = """
    customer_id customer client_id buyer_id member_id user customer_no customer_number
    用户ID 用户 客户ID 客户编号 会员ID 会员号 会员编号 买家ID 顾客ID Kundennummer Kundennr
    Kunden-ID Kunde
"""
_ITEM = """
    product_id sku item product item_no item_number product_code stock_code article_number
    article_id variant_sku lineitem_sku asin 商品ID 商品编号 商品编码 商品 货号 产品ID
    产品编号 Artikelnummer Artikelnr Artikel-ID Artikel Produktnummer
"""
_CATEGORY = """
    product_category category_name department product_type 类目 分类 品类 商品类目 商品分类
    Kategorie Warengruppe
"""
_NAME = """
    product_name item_title product_title title description product_description
    lineitem_name 商品名称 商品名 商品标题 宝贝标题 Artikelname Artikelbezeichnung
    Bezeichnung Produktname
"""
_PRICE = """
    price item_price price_per_unit price_each lineitem_price 单价 价格 商品单价 Einzelpreis
    Stückpreis Preis
"""

NAMES: Mapping[str, Mapping[str, str]] = {
    "lines": {
        "order_id": """
            order order_no order_number invoice invoice_no invoice_number invoice_id transaction_id
            basket_id 订单号 订单编号 订单ID Bestellnummer Bestellnr Bestell-ID Auftragsnummer
            Rechnungsnummer
        """,
        "user_id": _USER,
        "ordered_at": """
            order_date order_time order_datetime ordered_on purchase_date order_purchase_timestamp
            invoice_date transaction_date transaction_timestamp created_at date_created datetime
            timestamp date 下单时间 下单日期 订单时间 订单日期 订单创建时间 创建时间 日期
            Bestelldatum Bestellzeit Auftragsdatum Rechnungsdatum Datum
        """,
        "item_id": _ITEM,
        "line": """
            line_no line_number order_line line_item order_item_id 行号 Position Positionsnummer
        """,
        "quantity": """
            qty units count lineitem_quantity item_quantity 数量 商品数量 购买数量 Menge Anzahl
            Stückzahl
        """,
        "unit_price": _PRICE,
        "total": """
            line_total amount total_price total_amount subtotal sales_value revenue 金额 总价 总金额
            实付金额 小计 Gesamtpreis Betrag Summe Gesamt
        """,
        "discount": "discount_amount lineitem_discount 折扣 优惠金额 优惠 Rabatt",
        "currency": "currency_code 币种 货币 Währung",
        "status": """
            order_status financial_status payment_status 订单状态 状态 Status Bestellstatus
        """,
        "status_at": "status_date status_time status_changed_at 状态时间",
        "kind": "order_type line_kind 订单类型 Bestellart",
        "item_name": _NAME,
        "category": _CATEGORY,
    },
    "items": {
        "item_id": _ITEM,
        "name": "item_name " + _NAME,
        "category": _CATEGORY,
        "price": "unit_price sale_price list_price " + _PRICE,
        "available": "in_stock is_available active 在售 上架 有货 Verfügbar Lieferbar",
    },
    "users": {
        "user_id": _USER,
        "name": "full_name customer_name first_name last_name 姓名 Vorname Nachname",
        "email": "e-mail email_address mail 邮箱 电子邮件 E-Mail-Adresse",
        "phone": "phone_number mobile tel 手机 手机号 电话 Telefon Handy",
        "joined_at": """
            joined signup_date signed_up_at registered_at registration_date created_at 注册时间
            注册日期 Registriert_am Anmeldedatum
        """,
        "language": "locale lang 语言 Sprache",
        "consent_email": "accepts_marketing accepts_email_marketing email_consent email_opt_in",
        "consent_sms": "accepts_sms_marketing sms_consent sms_opt_in",
        "consent_chat": "chat_consent chat_opt_in",
        "kind": "user_kind customer_type user_type 客户类型 Kundentyp",
    },
}
