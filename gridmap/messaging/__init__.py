"""Telling people: what happened to a report, to whoever must know, never twice."""
