"""What is just allowed passes, and one more is refused in the words of the real server."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.bot_api import BotApi
from tests.bot_api.conftest import Raw
from tests.bot_api.limits import MEGABYTE

OCTETS = "application/octet-stream"
DATA_INVALID = "BUTTON_DATA_INVALID"


@pytest.fixture
def ann(bot_api: BotApi) -> int:
    return bot_api.person(1001).id


def keyboard(*labels: str, per_row: int = 5, **action: object) -> dict[str, object]:
    buttons = [{"text": label, **(action or {"callback_data": "x"})} for label in labels]
    return {"inline_keyboard": [buttons[at : at + per_row] for at in range(0, len(buttons), per_row)]}


@pytest.mark.parametrize(
    ("allowed", "refused", "why"),
    [
        ("x", "", "message text is empty"),
        ("x", " \n ", "message text is empty"),
        ("x" * 4096, "x" * 4097, "message is too long"),
        ("😀" * 2048, "😀" * 2048 + "x", "message is too long"),
        ("用" * 4096, "用" * 4097, "message is too long"),
        ("x" * 4096 + "\n", "\n" + "x" * 4097, "message is too long"),
        ("x\n\u0001", "x\0", 'strings must not contain null characters: "text"'),
    ],
)  # fmt: skip
def test_length_of_a_text(raw: Raw, ann: int, allowed: str, refused: str, why: str) -> None:
    assert raw.result("sendMessage", chat_id=ann, text=allowed)["text"] == allowed.strip()
    assert raw.refusal("sendMessage", chat_id=ann, text=refused) == f"Bad Request: {why}"


def test_length_is_counted_after_the_markup_is_read(raw: Raw, ann: int) -> None:
    sent = raw.result("sendMessage", chat_id=ann, text=f"<b>{'&lt;' * 4096}</b>", parse_mode="HTML")
    assert sent["text"] == "<" * 4096
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]
    too_long = f"<b>{'&lt;' * 4097}</b>"
    assert (
        raw.refusal("sendMessage", chat_id=ann, text=too_long, parse_mode="HTML")
        == "Bad Request: message is too long"
    )
    empty = raw.refusal("sendMessage", chat_id=ann, text="<b></b>", parse_mode="HTML")
    assert empty == "Bad Request: message text is empty"


def test_number_of_entities(raw: Raw, ann: int) -> None:
    sent = raw.result("sendMessage", chat_id=ann, text="<b>a</b> " * 100, parse_mode="HTML")
    assert len(sent["entities"]) == 100
    over = raw.refusal("sendMessage", chat_id=ann, text="<b>a</b> " * 101, parse_mode="HTML")
    assert over == "Bad Request: ENTITIES_TOO_LONG"


def test_given_entities_stay_within_the_text(raw: Raw, ann: int) -> None:
    fits = [{"type": "bold", "offset": 0, "length": 3}]
    assert raw.result("sendMessage", chat_id=ann, text="😀x", entities=fits)["entities"] == fits
    beyond = [{"type": "bold", "offset": 1, "length": 3}]
    assert "beyond" in raw.refusal("sendMessage", chat_id=ann, text="😀x", entities=beyond)


def test_only_html_is_a_parse_mode(raw: Raw, ann: int) -> None:
    refusal = raw.refusal("sendMessage", chat_id=ann, text="*a*", parse_mode="MarkdownV2")
    assert refusal == "Bad Request: unsupported parse_mode"


@pytest.mark.parametrize(
    ("allowed", "refused", "why"),
    [
        (keyboard("x", callback_data="x" * 64), keyboard("x", callback_data="x" * 65), DATA_INVALID),
        (keyboard("x", callback_data="用" * 21), keyboard("x", callback_data="用" * 22), DATA_INVALID),
        (keyboard("x", callback_data="x"), keyboard("x", callback_data=""), DATA_INVALID),
        (keyboard("x"), keyboard(" "), "inline keyboard button text must be non-empty"),
        (keyboard(*["x"] * 100), keyboard(*["x"] * 101), "reply markup is too long"),
        (keyboard(*["x"] * 8, per_row=8), keyboard(*["x"] * 9, per_row=9), "reply markup is too long"),
        (
            keyboard("x", url="https://shop.example/a"),
            keyboard("x", url="shop"),
            "inline keyboard button URL 'shop' is invalid: Wrong HTTP URL",
        ),
        (
            keyboard("x", copy_text={"text": "x" * 256}),
            keyboard("x", copy_text={"text": "x" * 257}),
            "BUTTON_COPY_TEXT_INVALID",
        ),
        (
            keyboard("x"),
            {"inline_keyboard": [[{"text": "x"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"keyboard": [["x"]]},
            {"keyboard": [[""]]},
            "keyboard button text must be non-empty",
        ),
    ],
)  # fmt: skip
def test_buttons(
    raw: Raw, ann: int, allowed: dict[str, object], refused: dict[str, object], why: str
) -> None:
    raw.result("sendMessage", chat_id=ann, text="x", reply_markup=allowed)
    refusal = raw.refusal("sendMessage", chat_id=ann, text="x", reply_markup=refused)
    assert refusal == f"Bad Request: {why}"


def document(size: int = 1, name: str = "users.csv") -> dict[str, tuple[str, bytes, str]]:
    return {"document": (name, b"x" * size, OCTETS)}


def test_length_of_a_caption(raw: Raw, ann: int) -> None:
    sent = raw.result("sendDocument", chat_id=ann, files=document(), caption="x" * 1024)
    assert sent["caption"] == "x" * 1024
    over = raw.refusal("sendDocument", chat_id=ann, files=document(), caption="x" * 1025)
    assert over == "Bad Request: message caption is too long"


@pytest.mark.parametrize("name", ["../etc/passwd", "a\\b.csv", " .. "])
def test_names_of_documents(raw: Raw, ann: int, name: str) -> None:
    sent = raw.result("sendDocument", chat_id=ann, files=document(name="客户 (1).csv"))
    assert sent["document"]["file_name"] == "客户 (1).csv"
    refusal = raw.refusal("sendDocument", chat_id=ann, files=document(name=name))
    assert refusal == "Bad Request: invalid file name specified"


def test_size_of_an_upload(raw: Raw, ann: int) -> None:
    sent = raw.result("sendDocument", chat_id=ann, files=document(50 * MEGABYTE))
    assert sent["document"]["file_size"] == 50 * MEGABYTE
    answer = raw.call("sendDocument", chat_id=ann, files=document(50 * MEGABYTE + 1))
    assert answer == {"ok": False, "error_code": 413, "description": "Request Entity Too Large"}
    empty = raw.refusal("sendDocument", chat_id=ann, files=document(0))
    assert empty == "Bad Request: file must be non-empty"


def test_size_of_a_download(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    fits = ann.sends_document("lines.csv", b"x" * (20 * MEGABYTE)).document
    over = ann.sends_document("lines.csv", b"x" * (20 * MEGABYTE + 1)).document
    assert fits and over
    path = raw.result("getFile", file_id=fits.file_id)["file_path"]
    response = raw.client.get(f"{bot_api.root}/file/bot{bot_api.token}/{path}")
    assert response.content == fits.data
    assert raw.refusal("getFile", file_id=over.file_id) == "Bad Request: file is too big"


def picture(width: int, height: int, padding: int = 0) -> dict[str, tuple[str, bytes, str]]:
    image = io.BytesIO()
    Image.new("1", (width, height)).save(image, "PNG")
    # Bytes behind the end of a picture are no part of it, but of the file.
    return {"photo": ("chart.png", image.getvalue().ljust(padding, b"\0"), "image/png")}


@pytest.mark.parametrize(
    ("allowed", "refused", "why"),
    [
        (picture(200, 10), picture(201, 10), "PHOTO_INVALID_DIMENSIONS"),
        (picture(5000, 5000), picture(5001, 5000), "PHOTO_INVALID_DIMENSIONS"),
        (picture(9, 9), {"photo": ("chart.png", b"no picture", "image/png")}, "IMAGE_PROCESS_FAILED"),
        (
            picture(9, 9, 10 * MEGABYTE),
            picture(9, 9, 10 * MEGABYTE + 1),
            "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
    ],
    ids=["ratio", "width and height", "no picture", "size"],
)
def test_photos(raw: Raw, ann: int, allowed: Any, refused: Any, why: str) -> None:
    assert raw.result("sendPhoto", chat_id=ann, files=allowed)["photo"]
    assert raw.refusal("sendPhoto", chat_id=ann, files=refused) == f"Bad Request: {why}"


def test_albums_have_two_to_ten_items(bot_api: BotApi, raw: Raw, ann: int) -> None:
    def album(size: int) -> dict[str, Any]:
        files = {f"f{number}": (f"{number}.csv", b"x", OCTETS) for number in range(size)}
        media = [{"type": "document", "media": f"attach://{name}", "caption": name} for name in files]
        return {"chat_id": ann, "files": files, "media": media}

    for size in (2, 10):
        sent = raw.result("sendMediaGroup", **album(size))
        assert len({one["media_group_id"] for one in sent}) == 1
        assert [one["document"]["file_name"] for one in sent] == [f"{number}.csv" for number in range(size)]
    for size in (1, 11):
        assert raw.refusal("sendMediaGroup", **album(size)).endswith("from 2 to 10 items")
    broken = album(3)
    broken["files"]["f2"] = ("2.csv", b"", OCTETS)
    before = len(bot_api.messages())
    assert raw.refusal("sendMediaGroup", **broken) == "Bad Request: file must be non-empty"
    assert len(bot_api.messages()) == before


@pytest.mark.parametrize(
    ("name", "description", "why"),
    [
        ("x" * 33, "x", "BOT_COMMAND_INVALID"),
        ("Risk", "x", "BOT_COMMAND_INVALID"),
        ("/risk", "x", "BOT_COMMAND_INVALID"),
        ("风险", "x", "BOT_COMMAND_INVALID"),
        ("", "x", "BOT_COMMAND_INVALID"),
        ("risk", "", "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("risk", "x" * 257, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
def test_commands_of_a_menu(raw: Raw, name: str, description: str, why: str) -> None:
    raw.result("setMyCommands", commands=[{"command": "x" * 32, "description": "x" * 256}])
    refusal = raw.refusal("setMyCommands", commands=[{"command": name, "description": description}])
    assert refusal == f"Bad Request: {why}"


def test_number_of_commands(raw: Raw) -> None:
    commands = [{"command": f"c{number}", "description": "x"} for number in range(101)]
    raw.result("setMyCommands", commands=commands[:100])
    assert raw.refusal("setMyCommands", commands=commands) == "Bad Request: BOT_COMMANDS_TOO_MUCH"
    assert len(raw.result("getMyCommands")) == 100
