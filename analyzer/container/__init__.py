"""The bytes of a package: ZIP entries behind guards, sets and bundles as one app, and who signed them."""

from analyzer.container.archive import Limits
from analyzer.container.opening import open_package
from analyzer.container.package import Nested, Package, Part

__all__ = ["Limits", "Nested", "Package", "Part", "open_package"]
