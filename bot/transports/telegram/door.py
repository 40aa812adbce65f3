"""Who comes in: strangers get one polite sentence a day, operators may ask so often a minute."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot import formats
from bot.access import Access, Admitted, Place, RateLimit
from bot.command import Asker
from bot.desk import Desk
from bot.i18n import _, using
from bot.reply import Failure, Reply
from bot.transports.telegram.sender import Letter, Sender


class Door:
    """Says no, and why; says nothing to who may come in."""

    def __init__(self, desk: Desk, access: Access, limit: RateLimit, sender: Sender) -> None:
        self._desk = desk
        self._access = access
        self._limit = limit
        self._sender = sender

    async def refuse(self, letter: Letter, place: Place) -> None:
        """Tell who may not ask, or not here: once a day."""
        with using(letter.language):
            text = await self._refusal(letter.asker, place)
        if text:
            await self._sender.send(replace(letter, reply=Reply(title=text)))

    async def notice(self, asker: Asker, place: Place, admitted: Admitted | None, problem: str) -> str | None:
        """What to tell who pressed a button in vain; for a stranger the refusal of the day, or nothing."""
        if admitted is None:
            return await self._refusal(asker, place)
        await asyncio.to_thread(self._desk.note, asker, admitted.role, "button", "not_allowed")
        return _(problem)

    async def _refusal(self, asker: Asker, place: Place) -> str | None:
        """One polite sentence a day, with the id that an admin needs to let this person or this group in."""
        known = await asyncio.to_thread(self._access.known, asker.operator)
        # Who belongs to us is told once a day for each chat: its id is needed to allow it.
        who = f"{asker.operator} in {place.chat}" if known else asker.operator
        if not await asyncio.to_thread(self._refuses_now, asker, who):
            return None
        if known:
            return _(
                "I do not answer in this chat (its id is {chat}). An admin can allow it: OPSBOT_CHATS."
            ).format(chat=place.chat)
        return _(
            "This is the private assistant of a shop. Your id is {operator}; an admin can let you in."
        ).format(operator=asker.operator)

    async def within_limit(self, letter: Letter) -> bool:
        """Whether who asks may ask now; otherwise they are told when."""
        seconds = self._limit.wait_seconds(letter.asker.operator)
        if not seconds:
            return True
        with using(letter.language):
            message = _("That was more than {count} questions within a minute.").format(
                count=self._desk.settings.questions_per_minute
            )
            next_step = _("Go on in {seconds} seconds.").format(seconds=formats.count(seconds + 0.5))
        reply = Reply(title=message, failure=Failure("too_many", message, next_step))
        await self._sender.send(replace(letter, reply=reply))
        return False

    def _refuses_now(self, asker: Asker, who: str) -> bool:
        if not self._access.may_refuse(who):
            return False
        self._desk.note(asker, "stranger", "refused", "not_allowed")
        return True
