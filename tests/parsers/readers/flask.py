"""Reads queries as Werkzeug does for Flask, and as Python's own library does for others."""
import sys
from urllib.parse import parse_qs

from werkzeug.wrappers import Request

from lines import answer, serve


def flask(query, names):
    environment = {"REQUEST_METHOD": "GET", "QUERY_STRING": query.decode("latin-1")}
    values = Request(environment).args
    return [answer(values.getlist(name)) for name in names]


def library(query, names):
    values = parse_qs(query.decode("utf-8", "replace"), keep_blank_values=True)
    return [answer(values.get(name, [])) for name in names]


serve(sys.argv[1:], [flask, library])
