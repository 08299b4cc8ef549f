"""What the readers in Python share: queries in, answers out, a line each."""
import json
import sys


def answer(values):
    if not values:
        return "-"
    if len(values) > 1:
        return "*"
    return "=" + values[0].encode("utf-8", "surrogateescape").hex()


def serve(names, readings):
    for line in sys.stdin:
        query = bytes.fromhex(line.strip())
        print(json.dumps([attempt(read, query, names) for read in readings]))


# What is refused is refused whole: the application gets an error instead of parameters.
def attempt(read, query, names):
    try:
        return read(query, names)
    except Exception:
        return "!"
