"""The datasets that ``data/datapackage.yaml`` declares: one reader, and all problems of a file together.

`load` reads a dataset as it was known at the end of a quarter; what comes in later never changes an earlier report.
Counts of people go through `suppress_small_counts` before they are shown, from `quarterly` or `rolling` sums where
months are small; `total` sums them over all organisations. `complete` says what the data of a quarter lack, and imports
no pandas for it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
