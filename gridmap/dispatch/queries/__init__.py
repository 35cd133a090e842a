"""SQL of the dispatch room: reports as rows, their moves, lists, sweep and tallies; categories.

Names of places are those of the day of filing: a report keeps the county of its day.
"""
