"""Passports: where each number of the report comes from, and where it is printed."""

from natpatsip.pipeline.staging.passports.collecting import homes_of, passports_of
from natpatsip.pipeline.staging.passports.listing import listing
from natpatsip.pipeline.staging.passports.passport import Home, Passport
from natpatsip.pipeline.staging.passports.script import script
from natpatsip.pipeline.staging.passports.uses import uses_in, with_entries

__all__ = ["Home", "Passport", "homes_of", "listing", "passports_of", "script", "uses_in", "with_entries"]
