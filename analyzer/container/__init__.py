"""The bytes of a package: ZIP entries behind guards, and who signed them."""

from analyzer.container.package import Limits, Package, open_package

__all__ = ["Limits", "Package", "open_package"]
