"""The search over everything that one may see (C22, F62): what is asked (`language`), and what is found (`finding`)."""

from registries.search.finding import SHOWN, Group, search
from registries.search.language import Query, read_query

__all__ = ["SHOWN", "Group", "Query", "read_query", "search"]
