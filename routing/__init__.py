"""Which commune is responsible? Text and points in, a route with its reason out. Pure."""

from routing.places import Candidate, Commune, Point, Reason, ReasonCode, Route, Status
from routing.router import Router
from routing.text import fold

__all__ = [
    "Candidate",
    "Commune",
    "Point",
    "Reason",
    "ReasonCode",
    "Route",
    "Router",
    "Status",
    "fold",
]
