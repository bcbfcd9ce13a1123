"""Which keys a part of the descriptor may have: those of the standard and of its author, or no others than ours."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from natpatsip.errors import nearest


class Standard(BaseModel):
    """A part of the descriptor that the standard defines: it may have other keys, but none that is a misspelling."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore")
    more_keys: ClassVar[str] = ""  # of the standard, and without a meaning here
    refused_keys: ClassVar[str] = ""  # of the standard, and would change what is read

    @model_validator(mode="before")
    @classmethod
    def _has_known_keys(cls, content: Any) -> Any:
        if isinstance(content, Mapping):
            problems = [problem for key in content if (problem := cls._problem_of(str(key)))]
            if problems:
                raise ValueError(" ".join(problems))
        return content

    @classmethod
    def _problem_of(cls, key: str) -> str:
        """Return what is wrong with a descriptor's key; nothing if it is known, or may be one of the author's own."""
        own = [part.alias or name for name, part in cls.model_fields.items()]
        if key in cls.refused_keys.split():
            return f'"{key}" is not supported. Leave it out, and save the file without the need for it.'
        known = [*own, *cls.more_keys.split()]
        if key in known:
            return ""
        plain = {name.lower(): name for name in known}
        alike = plain.get(key.lower().replace("_", "")) or next(iter(get_close_matches(key, known, 1, 0.75)), "")
        return f'"{key}" is not one of its keys. Did you mean "{alike}"?' if alike else ""


class Extension(Standard):
    """A part of the descriptor under a ``natpatsip`` key: it has no keys but these."""

    model_config = ConfigDict(alias_generator=None)

    @classmethod
    def _problem_of(cls, key: str) -> str:
        own = list(cls.model_fields)
        return "" if key in own else f'"{key}" is not one of its keys, {", ".join(own)}.{nearest(key, own)}'
