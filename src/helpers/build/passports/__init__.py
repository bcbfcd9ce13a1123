"""Passports: where each number of the report comes from, and where it is printed."""

from helpers.build.passports.collecting import homes_of, passports_of
from helpers.build.passports.listing import listing
from helpers.build.passports.passport import Home, Passport
from helpers.build.passports.script import script
from helpers.build.passports.uses import uses_in, with_entries

__all__ = ["Home", "Passport", "homes_of", "listing", "passports_of", "script", "uses_in", "with_entries"]
