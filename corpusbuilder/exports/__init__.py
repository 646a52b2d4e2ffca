"""A release in the formats of trainers and benchmarks: one file a format, all of them reading the released Parquet."""
