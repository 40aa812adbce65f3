"""What nobody foresaw: the details go to the log, a short id to the person."""

from __future__ import annotations

import logging
import uuid

log = logging.getLogger(__name__)


def report(where: str) -> str:
    """Log the exception being handled, with its traceback; returns the id to show."""
    incident = uuid.uuid4().hex[:8]
    log.exception("incident %s in %s", incident, where)
    return incident
