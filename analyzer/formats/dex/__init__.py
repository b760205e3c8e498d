"""DEX files as columns: tables, class data and instruction starts as numpy arrays over the raw bytes.

No object is made per class, method or instruction (DESIGN section 4). Source of every layout: the Dalvik
Executable format and Dalvik bytecode specifications, https://source.android.com/docs/core/runtime/dex-format.
"""

from analyzer.formats.dex.file import DexFile, open_dex

__all__ = ["DexFile", "open_dex"]
