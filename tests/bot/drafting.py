"""What drafts need of a shop: items with names, and a user with a language who agreed to be written to."""

from __future__ import annotations

from typing import Any

from bot.reply import Reply
from storage.database import transaction
from tests.bot.conftest import Shop

USER = "regular-9"


def name_items(shop: Shop) -> Shop:
    """The shop with named items and USER, who reads English and agreed to all but chat."""
    with shop.home.store() as connection, transaction(connection):
        for item, name in (("item", "Blue mug / 蓝色马克杯"), ("other", "Green bowl / 绿碗")):
            connection.execute(
                "INSERT OR REPLACE INTO items (item_id, name, import_id) VALUES (?, ?, 1)", (item, name)
            )
        connection.execute(
            "INSERT OR REPLACE INTO users (user_id, language, consent_email, consent_sms, consent_chat,"
            " import_id) VALUES (?, 'en-US', 1, 1, 0, 1)",
            (USER,),
        )
    return shop


def drafts(reply: Reply) -> list[dict[str, Any]]:
    """The drafts of a reply, as programs read them."""
    found = reply.facts["drafts"]
    assert isinstance(found, list)
    return found
