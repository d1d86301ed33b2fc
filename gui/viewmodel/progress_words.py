"""Days, lengths and counts of practice, as text."""

from __future__ import annotations

from datetime import date, datetime

from ...practice.progress.records import Summary

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_text(day: date, with_year: bool = False) -> str:
    """The day as "3 Nov", or "Nov 26" where days are far apart."""
    month = MONTHS[day.month - 1]
    return f"{month} {day.year % 100:02}" if with_year else f"{day.day} {month}"


def moment_text(moment: datetime, today: date) -> str:
    """The moment as "3 Nov, 18:30", with its year where that is not this one."""
    year = "" if moment.year == today.year else f" {moment.year}"
    return f"{day_text(moment.date())}{year}, {moment:%H:%M}"


def length_text(seconds: float) -> str:
    """How long, exactly: "0:45", "12:05", "1:02:30"."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def spent_text(seconds: float) -> str:
    """How long, about: "40 s", "12 min", "3 h 5 min"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def counted(number: int, what: str) -> str:
    """A number of things: "1 take", "2 takes"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}".replace(",", "\u202f")


def summary_text(whole: Summary) -> str:
    """All of it: "24 takes on 9 days, 3 h 5 min in all"."""
    takes, days = counted(whole.sessions, "take"), counted(whole.days, "day")
    return f"{takes} on {days}, {spent_text(whole.seconds)} in all"
