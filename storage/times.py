"""Dates as files write them → epoch seconds. Naive times are in the zone of the import."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.errors import ImportRefusedError
from storage.moments import DAY_SECONDS
from storage.values import Bad, DoubtfulError, Reader, shown

EARLIEST = int(datetime(1980, 1, 1, tzinfo=UTC).timestamp())
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL_EPOCH = datetime(1899, 12, 30)

_CLOCK = (
    r"(?:[T\s,，]*(?P<early>上午|下午)?(?P<hour>\d{1,2})[:：时](?P<minute>\d{1,2})分?"
    r"(?:[:：]?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?秒?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?\s*\Z"
)
_YEAR_FIRST = re.compile(
    r"\s*(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})[-/.]|\s*年\s*(?P<month_cn>\d{1,2})\s*月\s*)(?P<day>\d{1,2})\s*[日号]?"
    + _CLOCK
)
_DAY_FIRST = re.compile(r"\s*(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})" + _CLOCK)
# Which of the first two is the month cannot be told from one value.
_UNDECIDED = re.compile(r"\s*(?P<one>\d{1,2})(?P<cut>[/-])(?P<two>\d{1,2})(?P=cut)(?P<year>\d{4})" + _CLOCK)
_NUMBER = re.compile(r"\s*(?P<whole>\d{1,19})(?:\.(?P<fraction>\d+))?\s*\Z")

# Excel serials, YYYYMMDD, YYYYMMDDHHMMSS; epoch seconds and milliseconds of this century.
_DIGITS_OF_TIMES = (5, 8, 10, 13, 14)

DAY_MONTH, MONTH_DAY = "DD/MM/YYYY HH:MM", "MM/DD/YYYY HH:MM"


def looks_like_a_time(cell: str) -> bool:
    """Whether a cell has one of the forms of a date, leaving aside whether that day exists."""
    if any(pattern.match(cell) for pattern in (_YEAR_FIRST, _DAY_FIRST, _UNDECIDED)):
        return True
    match = _NUMBER.match(cell)
    return match is not None and (len(match["whole"]) in _DIGITS_OF_TIMES)


class OrdersSeen:
    """Whether the dates of a column that read A/B/YYYY put the day or the month first."""

    def __init__(self) -> None:
        self._any = False
        self._day_first: str | None = None
        self._month_first: str | None = None

    def look(self, cells: Sequence[str]) -> None:
        """Take in some cells."""
        for cell in set(cells):
            match = _UNDECIDED.match(cell)
            if match is None:
                continue
            self._any = True
            one, two = int(match["one"]), int(match["two"])
            if 12 < one <= 31 and 1 <= two <= 12:
                self._day_first = self._day_first or cell
            elif 12 < two <= 31 and 1 <= one <= 12:
                self._month_first = self._month_first or cell

    def decide(self, field: str) -> bool | None:
        """True for the day first, False for the month, None where there is no such date.

        Raises ImportRefusedError where the column does not say.
        """
        if not self._any or bool(self._day_first) != bool(self._month_first):
            return bool(self._day_first) if self._any else None
        what = (
            "{field}: some dates have the day first ({one}) and some the month ({two})."
            if self._day_first
            else "{field}: the dates fit both {one} and {two}."
        )
        raise ImportRefusedError(
            what,
            next_step=f'Say which with --date-format "{DAY_MONTH}" or --date-format "{MONTH_DAY}".',
            field=field,
            one=self._day_first or DAY_MONTH,
            two=self._month_first or MONTH_DAY,
        )


class DateFormat:
    """A `--date-format`: `DD/MM/YYYY HH:MM`, or with `%` as strptime takes it."""

    def __init__(self, text: str) -> None:
        self.pattern = text if "%" in text else _strptime(text)
        found = re.findall(r"%-?([a-zA-Z])", self.pattern)
        self.day_first: bool | None = None
        if "d" in found and "m" in found:
            self.day_first = found.index("d") < found.index("m")
        try:
            datetime.strptime(datetime(2001, 2, 3).strftime(self.pattern), self.pattern)
        except ValueError:
            found = []
        if not {"y", "Y"} & set(found) or not {"d", "j"} & set(found):
            raise ImportRefusedError(
                "{text} is not a date format.",
                next_step=f'Write it like "{DAY_MONTH}" or "%d.%m.%y".',
                text=text,
            )


def _strptime(text: str) -> str:
    """`DD/MM/YYYY HH:MM:SS` → `%d/%m/%Y %H:%M:%S`; MM after a colon or beside hours is minutes."""
    half = bool(re.search(r"\b(?:AM/PM|A|a|tt)\Z", text))
    text = re.sub(r"\s*\b(?:AM/PM|A|a|tt)\Z", " %p" if half else "", text)
    text = re.sub(
        r"(?i)(H{1,2})([:.h时])M{1,2}", lambda match: ("%I" if half else "%H") + match[2] + "%M", text
    )
    text = re.sub(r"(?i)(%M[:.分])S{1,2}", r"\g<1>%S", text)
    for token, code in (("YYYY", "%Y"), ("YY", "%y"), ("MMM", "%b"), ("MM", "%m"), ("DD", "%d")):
        text = re.sub(rf"(?i)(?<!%){token}", code, text)
    text = re.sub(r"(?<![%A-Za-z])[Mm](?![A-Za-z])", "%m", text)
    return re.sub(r"(?<![%A-Za-z])[Dd](?![A-Za-z])", "%d", text)


class TimeReader:
    """One column of times → epoch seconds, or Bad, or what `empty` says for an empty cell.

    `latest` is the last moment that is not yet the future. `day_first` reads A/B/YYYY; None
    leaves that open until a cell makes it matter.
    """

    def __init__(
        self,
        zone: tzinfo,
        latest: int,
        day_first: bool | None,
        date_format: DateFormat | None = None,
        *,
        empty: object = None,
    ) -> None:
        self.found_bad = False
        self._empty = empty
        self._zone = zone
        self._latest = latest
        self._day_first = (
            day_first if date_format is None or date_format.day_first is None else date_format.day_first
        )
        self._format = date_format
        self._offsets: dict[int, int | None] = {}
        self._careful: Reader[str] = Reader(self._parse)

    def read(self, cells: Sequence[str]) -> Sequence[object]:
        """The moment of each cell."""
        if self._format is None and cells:
            seconds = self._all_iso(cells)
            if seconds is not None:
                self.found_bad = False
                return seconds
        values = self._careful.read(cells)
        self.found_bad = self._careful.found_bad
        return values

    def _all_iso(self, cells: Sequence[str]) -> Sequence[object] | None:
        """All cells at once, where all of them are ISO, written alike and in range; else None."""
        first = cells[0].rstrip()
        if first[4:5] != "-":
            return None
        zoned = first.endswith("Z") or "+" in first or "-" in first[10:]
        try:
            moments = pc.cast(pa.array(cells, pa.string()), pa.timestamp("ns", tz="UTC" if zoned else None))
        except pa.ArrowInvalid:
            return None
        seconds = np.floor_divide(pc.cast(moments, pa.int64()).to_numpy(zero_copy_only=False), 1_000_000_000)
        if not zoned and self._zone is not UTC:
            seconds = self._shift(seconds)
        if seconds.min() < EARLIEST or seconds.max() > self._latest:
            return None
        return seconds.tolist()  # type: ignore[no-any-return]

    def _shift(self, local: Any) -> Any:
        """Local seconds → UTC: a day at a time, and one by one on days when the offset changes."""
        days, place = np.unique(np.floor_divide(local, DAY_SECONDS), return_inverse=True)
        offsets = [self._offset(int(day)) for day in days]
        if None not in offsets:
            return local - np.array(offsets, dtype=np.int64)[place]
        careful = {day for day, offset in zip(days.tolist(), offsets, strict=True) if offset is None}
        known = np.array([offset or 0 for offset in offsets], dtype=np.int64)
        shifted = local - known[place]
        for index in np.nonzero(np.isin(np.floor_divide(local, DAY_SECONDS), list(careful)))[0]:
            naive = datetime(1970, 1, 1) + timedelta(seconds=int(local[index]))
            shifted[index] = _seconds(naive.replace(tzinfo=self._zone))
        return shifted

    def _offset(self, day: int) -> int | None:
        if day not in self._offsets:
            try:
                starts = [datetime(1970, 1, 1) + timedelta(days=day + more) for more in (0, 1)]
                first, second = (start.replace(tzinfo=self._zone).utcoffset() for start in starts)
            except OverflowError:
                first, second = timedelta(0), None
            self._offsets[day] = int(first.total_seconds()) if first is not None and first == second else None
        return self._offsets[day]

    def _parse(self, cell: str) -> object:
        if not cell.strip():
            return self._empty
        try:
            moment = self._moment(cell)
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            return Bad(
                f"{shown(cell)} is not a date."
                " Write it as 2024-01-31 10:05, or say its form with --date-format."
            )
        if moment < EARLIEST:
            return Bad(f"{shown(cell)} is before 1980, probably an empty date. Correct it.")
        if moment > self._latest:
            return Bad(f"{shown(cell)} lies in the future. Correct it, or give the zone with --tz.")
        return moment

    def _moment(self, cell: str) -> int | None:
        if self._format is not None:
            try:
                return self._in_zone(datetime.strptime(cell.strip(), self._format.pattern))
            except ValueError:
                pass
        for pattern in (_YEAR_FIRST, _DAY_FIRST):
            if match := pattern.match(cell):
                month = match["month"] or match["month_cn"] if pattern is _YEAR_FIRST else match["month"]
                return self._from_parts(match, int(month), int(match["day"]))
        if match := _UNDECIDED.match(cell):
            if self._day_first is None:
                raise DoubtfulError
            one, two = int(match["one"]), int(match["two"])
            return self._from_parts(match, *((two, one) if self._day_first else (one, two)))
        if match := _NUMBER.match(cell):
            return self._from_number(match["whole"], match["fraction"] or "")
        return None

    def _from_parts(self, match: re.Match[str], month: int, day: int) -> int:
        hour = int(match["hour"] or 0)
        half = (match["half"] or "").replace(".", "").upper() or {"上午": "AM", "下午": "PM"}.get(
            match["early"] or ""
        )
        if half:
            if not 1 <= hour <= 12:
                raise ValueError(hour)
            hour = hour % 12 + (12 if half == "PM" else 0)
        moment = datetime(
            int(match["year"]), month, day, hour, int(match["minute"] or 0), int(match["second"] or 0)
        )
        zone = match["zone"]
        if not zone:
            return self._in_zone(moment)
        return _seconds(moment.replace(tzinfo=_fixed(zone)))

    def _from_number(self, whole: str, fraction: str) -> int | None:
        digits = len(whole)
        if digits == 8 and not fraction.strip("0"):
            return self._in_zone(datetime(int(whole[:4]), int(whole[4:6]), int(whole[6:])))
        if digits == 14 and not fraction.strip("0"):
            return self._in_zone(datetime.strptime(whole, "%Y%m%d%H%M%S"))
        number = int(whole)
        if digits == 5 and 20_000 <= number <= 80_000:
            seconds = round(float(f"0.{fraction or 0}") * DAY_SECONDS)
            return self._in_zone(_EXCEL_EPOCH + timedelta(days=number, seconds=seconds))
        # Epoch seconds, milliseconds, microseconds, nanoseconds.
        for most, scale in ((11, 1), (14, 1_000), (17, 1_000_000), (19, 1_000_000_000)):
            if digits <= most:
                return number // scale if digits >= 9 or number == 0 else None
        return None

    def _in_zone(self, moment: datetime) -> int:
        return _seconds(moment if moment.tzinfo else moment.replace(tzinfo=self._zone))


def _fixed(zone: str) -> tzinfo:
    if zone[0] not in "+-":
        return UTC
    digits = zone[1:].replace(":", "")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-span if zone[0] == "-" else span)


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)


def zone_named(name: str) -> tzinfo:
    """The zone called `name`; raises ImportRefusedError where there is none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImportRefusedError(
            "There is no time zone {zone}.", next_step="Name one like Europe/Berlin with --tz.", zone=name
        ) from error
