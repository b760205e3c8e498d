"""apkvet: what Android apps do with people's data, shown with evidence, and allow, review or block decided from it.

``analyzer.scan`` holds the public functions: ``observe``, ``assess`` and ``scan``.
"""

__version__ = "0.1.0"
