"""What scripts may filter and order lists by (F64-F69), in the one filter language (docs/filtering.md).

Field names are the SDK's, the newer ones and those of its older releases. Each module says for its things where the
values are, and has one function that narrows their rows.
"""
