"""Does coverage hold on a day, and if not: where, since when, why, and how is it mended?"""
