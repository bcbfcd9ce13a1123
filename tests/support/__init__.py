"""What the tests of the engine and of this report share: projects to build, sample charts, readers of built reports."""
