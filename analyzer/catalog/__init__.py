"""Catalogs of thousands of apps: what there is to do, who does it, where the answers are kept, and what they add up to.

A catalog keeps observations, so a changed rule or policy judges them again without opening a package.
"""
