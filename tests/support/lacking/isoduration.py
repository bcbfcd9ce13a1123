raise ImportError("left out of tests: tests/conftest.py says why")
