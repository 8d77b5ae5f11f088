"""The doctor: what is wrong with database, clock, servers, settings, calendars and work, and what to do about it."""

from andante.runtime.doctor.doctor import Diagnosis, diagnose, diagnose_database
from andante.runtime.doctor.finding import ERROR, HINT, WARNING, Finding

__all__ = ["ERROR", "HINT", "WARNING", "Diagnosis", "Finding", "diagnose", "diagnose_database"]
