"""Declaring a data file: a first entry in ``data/datapackage.yaml``, from what is found in the file."""

from natpatsip.new_dataset.add_dataset import Declared, add

__all__ = ["Declared", "add"]
