"""Moments as they are kept: UTC, and how far the singer's clock was from it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class NotAMomentError(Exception):
    """The file holds a moment that no calendar has."""


def stored(when: datetime) -> tuple[str, int]:
    """UTC as `2026-11-23T05:26:40.000Z`, and the local offset in minutes; without a time zone, that of the system."""
    local = when if when.tzinfo is not None else when.astimezone()
    offset = local.utcoffset() or timedelta()
    return utc_text(local), round(offset.total_seconds() / 60)


def utc_text(when: datetime) -> str:
    """UTC as `2026-11-23T05:26:40.000Z`."""
    return when.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def restored(text: str, offset: int) -> datetime:
    """The moment in the time zone that it was in. NotAMomentError."""
    try:
        utc = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)
        return utc.astimezone(timezone(timedelta(minutes=offset)))
    except (ValueError, OverflowError):
        raise NotAMomentError(text) from None
