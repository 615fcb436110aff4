"""Reads statements as a JSON list, and says of each what an independent parser of StarRocks' dialect makes of it."""
import json
import logging
import sys

import sqlglot
from sqlglot import exp

logging.disable(logging.CRITICAL)


def described(text):
    tree = sqlglot.parse_one(text, dialect="starrocks")
    said = {"kind": type(tree).__name__, "text": text}
    if isinstance(tree, exp.Create):
        said["create"] = tree.args["kind"]
        said["name"] = tree.find(exp.Table).sql(dialect="starrocks")
        query = tree.args.get("expression")
        if isinstance(query, exp.Select):
            said["tables"] = sorted(t.sql(dialect="starrocks") for t in query.find_all(exp.Table))
            # Columns that reach the reader as they are, and those that an expression was made of.
            said["bare"] = sorted(p.unalias().name for p in query.expressions if isinstance(p.unalias(), exp.Column))
            said["made"] = {p.alias: sorted({c.name for c in p.find_all(exp.Column)}) for p in query.expressions if not isinstance(p.unalias(), exp.Column)}
            said["where"] = query.args.get("where") is not None
        else:
            said["columns"] = [c.name for c in tree.find_all(exp.ColumnDef)]
    return said


json.dump([described(text) for text in json.load(sys.stdin)], sys.stdout)
