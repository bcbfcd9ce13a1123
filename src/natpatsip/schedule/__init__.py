"""The schedule: builds what is due with nobody watching, and says plainly what became of it."""

from natpatsip.schedule.scheduled_run import ScheduleError, run

__all__ = ["ScheduleError", "run"]
