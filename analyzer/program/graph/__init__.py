"""The call graph of a package, worked out backwards from the calls that somebody asks about.

Enter by ``program_graph``: it holds the parts and builds each when it is asked for. From the bottom up: ``types`` and
``linking`` give all DEX files one numbering, ``liveness`` prunes what cannot run, ``objects`` says what one method does with
its objects, ``tracking`` follows the objects of one class, ``calls`` answers who runs a method, ``entrypoints`` what the
platform starts, ``triggers`` searches from a call up to them.
"""
