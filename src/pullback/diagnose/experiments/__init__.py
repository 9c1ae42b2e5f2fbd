"""The experiments: one file, one experiment, one shape: `experiment(case) -> list[Finding]`."""
