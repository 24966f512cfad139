"""Local files: measured, named, described, tagged, pictured and put in place.

No network and no database: arguments in, frozen values out.
"""
