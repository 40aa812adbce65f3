"""The methods that send files, and the one that fetches them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bot_api import keyboards, limits
from tests.bot_api.chats import Content, StoredFile
from tests.bot_api.errors import bad_request
from tests.bot_api.parameters import Parameters, Upload
from tests.bot_api.rendering import JSON, message_json, stored_json
from tests.bot_api.sending import Destination, destination
from tests.bot_api.world import World


def send_document(world: World, parameters: Parameters) -> JSON:
    """sendDocument."""
    return _send(world, parameters, "document")


def send_photo(world: World, parameters: Parameters) -> JSON:
    """sendPhoto."""
    return _send(world, parameters, "photo")


def _send(world: World, parameters: Parameters, kind: str) -> JSON:
    place = destination(world, parameters)
    caption = limits.caption(parameters)
    content = Content(caption, parameters.text("caption"), keyboards.read(parameters))
    file = _file(world, kind, parameters.upload(kind), parameters.text(kind))
    return _post(world, place, content, file, parameters)


def _post(
    world: World,
    place: Destination,
    content: Content,
    file: StoredFile,
    parameters: Parameters,
    media_group_id: str | None = None,
) -> JSON:
    message = world.post(
        place.chat,
        world.bot,
        content,
        thread_id=place.thread_id,
        reply_to=place.reply_to,
        file=file,
        silent=parameters.flag("disable_notification"),
        media_group_id=media_group_id,
    )
    return message_json(message)


def _file(world: World, kind: str, upload: Upload | None, reference: str) -> StoredFile:
    """The uploaded file, or the earlier one that the reference names."""
    if upload is not None:
        if kind == "photo":
            return world.store(kind, upload.name, upload.data, upload.mime, limits.photo_size(upload))
        limits.check_document(upload)
        return world.store(kind, upload.name, upload.data, upload.mime)
    if not reference:
        raise bad_request(f"there is no {kind} in the request")
    if reference.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = world.files.get(reference)
    if file is None:
        raise bad_request("wrong remote file identifier specified: Wrong string length")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def send_media_group(world: World, parameters: Parameters) -> list[JSON]:
    """sendMediaGroup, with 2 to 10 photos or as many documents."""
    place = destination(world, parameters)
    media = parameters.records("media")
    if len(media) not in limits.ALBUM:
        raise bad_request("an album must have from 2 to 10 items")
    kinds = {str(one.get("type")) for one in media}
    if kinds not in ({"photo"}, {"document"}):
        raise bad_request("can't use the media of the specified type in the album")
    # All are looked at before the first is sent: an album arrives whole or not at all.
    items = [_item(world, one, parameters) for one in media]
    group = world.new_id()
    return [_post(world, place, content, file, parameters, group) for content, file in items]


def _item(world: World, record: Mapping[str, object], parameters: Parameters) -> tuple[Content, StoredFile]:
    words = Parameters(
        {name: str(record[name]) for name in ("caption", "parse_mode") if record.get(name) is not None}
    )
    reference = str(record.get("media", ""))
    file = _file(world, str(record["type"]), parameters.attached(reference), reference)
    return Content(limits.caption(words), words.text("caption")), file


def get_file(world: World, parameters: Parameters) -> JSON:
    """getFile: where to download a file that is not too big for it."""
    file = world.files.get(parameters.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.data) > limits.DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return stored_json(file) | {"file_path": file.path}
