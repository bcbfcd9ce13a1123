"""Signing off: what a chapter or the whole report says, or what a fact is, recorded in the params."""

from natpatsip.signing.signatures import Signed, sign_off, verify_fact

__all__ = ["Signed", "sign_off", "verify_fact"]
