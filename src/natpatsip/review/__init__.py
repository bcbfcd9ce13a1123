"""Reviewers' comments and changes in Word, PDF and on pages, by notebook and cell; changes taken into cells."""

from natpatsip.review.comments_and_changes import Item
from natpatsip.review.reviewed_files import Review, review

__all__ = ["Item", "Review", "review"]
