"""Reads queries as Django's QueryDict does."""
import sys

from django.conf import settings
from django.http import QueryDict

from lines import answer, serve

settings.configure()


def read(query, names):
    values = QueryDict(query)
    return [answer(values.getlist(name)) for name in names]


serve(sys.argv[1:], [read])
