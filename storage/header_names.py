"""The names that files give to our fields, in English, Chinese and German.

Within a table a name stands for one field only. Of two columns that fit a field, the name that comes
first here wins. `VAGUE_NAMES` count only where a required field has no better one and the cells of the
column look like it.
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
    "reviews": {
        "review_id": """
            comment_id review_no review_number 评论ID 评价ID 评论编号 评价编号 Bewertungs-ID
            Bewertungsnummer
        """,
        "user_id": _USER + " reviewer_id reviewer author_id",
        "written_at": """
            review_date review_time reviewed_at review_created_at review_creation_date
            review_timestamp unix_review_time submitted_at posted_at created_at date_created datetime
            timestamp date 评论时间 评价时间 评论日期 评价日期 创建时间 日期 Bewertungsdatum
            Bewertet_am Datum
        """,
        "text": """
            review review_text review_body review_content review_comment_message comment_text
            feedback 评论内容 评价内容 评论 评价 评语 Bewertungstext Rezension Rezensionstext
        """,
        "rating": """
            stars score review_score review_rating star_rating rating_value 评分 星级 打分 Sterne
            Bewertung Punkte
        """,
        "item_id": _ITEM,
    },
    "events": {
        "event_id": "event_no 事件ID 事件编号 Ereignis-ID",
        "user_id": _USER + " visitor_id",
        "event": """
            event_name event_type event_action action_type behavior behavior_type behaviour 事件
            事件名称 事件类型 行为 行为类型 Ereignis Ereignistyp Ereignisname
        """,
        "at": """
            event_time event_at event_date event_timestamp occurred_at datetime timestamp ts time
            date created_at 事件时间 行为时间 发生时间 时间 日期 Ereigniszeit Zeitpunkt Zeit Datum
        """,
        "item_id": _ITEM,
    },
    "contacts": {
        "campaign_id": """
            campaign campaign_no campaign_name 活动ID 活动编号 营销活动 活动名称 活动 Kampagne
            Kampagnen-ID Kampagnenname
        """,
        "user_id": _USER + " recipient_id",
        "sent_at": """
            sent send_time send_date sent_date sent_time contacted_at contact_date 发送时间 触达时间
            发送日期 触达日期 Gesendet_am Gesendet Sendezeit Sendedatum Kontaktiert_am
        """,
        "arm": "treatment_group test_group group variant 分组 组别 Gruppe",
        "channel": "medium 渠道 触达渠道 Kanal",
        "responded_at": """
            response_time response_date replied_at clicked_at converted_at 响应时间 回复时间 点击时间
            Reagiert_am Antwortzeit
        """,
    },
}

_VAGUE_USER = """
    buyer account login nickname email email_address customer_email buyer_email mail phone mobile
    买家 账号 邮箱 手机 手机号 Käufer Konto E-Mail-Adresse
"""
_VAGUE_TIME = "created created_on when time day 时间 Zeit Zeitpunkt Tag erstellt erstellt_am"

VAGUE_NAMES: Mapping[str, Mapping[str, str]] = {
    "lines": {
        "order_id": "receipt receipt_no receipt_id bill_no reference 单号 交易号 Beleg Belegnummer",
        "user_id": _VAGUE_USER,
        "ordered_at": _VAGUE_TIME
        + " placed placed_at processed_at paid_at purchased_at 支付时间 付款时间 成交时间 gekauft_am",
        "item_id": "code ean gtin barcode 条码 条形码",
    },
    "items": {"item_id": "code ean gtin barcode 条码 条形码"},
    "users": {"user_id": "buyer account login 账号 买家 Käufer Konto"},
    "reviews": {
        "user_id": _VAGUE_USER,
        "written_at": _VAGUE_TIME + " posted submitted",
        "text": "comment comments message content body opinion remark 内容 留言 Kommentar Inhalt Bewertung",
    },
    "events": {
        "user_id": _VAGUE_USER,
        "event": "action activity type 动作 类型 Aktion Typ",
        "at": "created created_on when day Tag erstellt erstellt_am",
    },
    "contacts": {
        "user_id": _VAGUE_USER,
        "sent_at": _VAGUE_TIME + " date datetime timestamp created_at 日期 Datum",
    },
}
