"""Staging: executed notebooks become chapters of plain markdown, with every number resolved."""
