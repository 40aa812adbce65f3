"""What an import says beside its counts: what was not stored, hidden, undated, given twice."""

from __future__ import annotations

from storage.headers import Layout
from storage.merge import Merged
from storage.notices import Notice
from storage.staging import Staging
from storage.tables import Kind, Table

NO_ROWS = Notice("The file has a header and no rows.")


def personal_notices(table: Table, layout: Layout) -> list[Notice]:
    """That the personal columns of the file are not stored, if it has any."""
    personal = [name for name in layout if table.field(name).kind is Kind.PERSONAL]
    if not personal:
        return []
    return [Notice("Not stored, because personal: {fields}.", {"fields": ", ".join(personal)})]


def doubtful_notices(staging: Staging) -> list[Notice]:
    """That amounts may be thousands, where all of a column look so."""
    return [
        Notice(
            "All numbers of {field} look like {number} and are read with a decimal point. If they are"
            " thousands, write them without points and import the file again.",
            {"field": name, "number": number},
        )
        for name, number in staging.doubtful_amounts()
    ]


def import_notices(table: Table, layout: Layout, staging: Staging, merged: Merged, read: int) -> list[Notice]:
    """All that is to be said once the rows are merged; `read` counts them, bad ones included."""
    notices = [] if read else [NO_ROWS]
    notices += personal_notices(table, layout)
    notices += doubtful_notices(staging)
    if staging.hidden:
        notices.append(
            Notice(
                "Rows with a name as user_id: {rows}; a pseudonym is stored."
                if staging.every_user
                else "Rows with an e-mail or phone number as user_id: {rows}; a pseudonym is stored.",
                {"rows": staging.hidden},
            )
        )
    if merged.undated:
        notices.append(
            Notice(
                "Rows with a status and no status_at: {rows}. On their first import these count"
                " as cancelled, unpaid or refunded from the order's own time on.",
                {"rows": merged.undated},
            )
        )
    if merged.repeated:
        notices.append(
            Notice(
                "Rows that are given again further down: {rows} (first: lines {lines})."
                " The last one is kept; the earlier ones are counted as unchanged.",
                {"rows": merged.repeated, "lines": ", ".join(map(str, merged.first_repeated))},
            )
        )
    return notices
