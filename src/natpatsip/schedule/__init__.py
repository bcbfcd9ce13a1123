"""The schedule: builds the quarters that are due, unattended, and reports the result."""

from natpatsip.schedule.scheduled_run import ScheduleError, run

__all__ = ["ScheduleError", "run"]
