"""The datasets that ``data/datapackage.yaml`` declares: one reader, and all problems of a file together.

`load` reads a dataset as it was known at the end of a quarter; what comes in later never changes an earlier report.
`suppress_small_counts` is applied to counts of people before they are shown, to `quarterly` or `rolling` sums if months
are small; `total` sums them over all organisations. `complete` says what the data of a quarter lack, and imports
no pandas for it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
