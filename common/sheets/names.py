"""Which files promise a table, by the end of their names; whether they keep it is for their bytes to say. Pure."""

TABLE, PARQUET = ".table.json", ".parquet"
DELIMITERS = {".csv": ",", ".tsv": "\t"}
LINES = (".jsonl", ".ndjson")
SUFFIXES = (TABLE, PARQUET, *DELIMITERS, *LINES)


def is_sheet(path: str) -> bool:
    """Whether a file of that name promises a table."""
    return path.lower().endswith(SUFFIXES)
