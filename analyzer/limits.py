"""Every limit that stands between a hostile package and the machine that looks at it: one constant each, no logic.

Each is far above any real app. Behind each: what it is of, and what happens at it.
tests/test_limits.py hits each by its name and keeps docs/LIMITS.md as it is here. Call graph and data flow have budgets in steps
of their own (docs/DESIGN.md, 7): those trade depth for time on honest apps, these end what is no app.
"""

from __future__ import annotations

from typing import Final

# -- the package file

ENTRIES: Final = 200_000
"""entries in one ZIP directory | the package is refused"""
ENTRY_BYTES: Final = 512 << 20
"""bytes of one inflated entry | the entry is a gap"""
TOTAL_BYTES: Final = 4 << 30
"""bytes inflated in all | the entry is a gap"""
RATIO: Final = 200
"""inflated to stored size, of an entry and of the file | the entry is a gap"""
RATIO_FREE_BYTES: Final = 16 << 20
"""bytes of an entry from which its ratio is looked at; of the file four times as many | the entry is a gap"""
PARTS: Final = 1_000
"""APKs of a set | the package is refused"""
NESTED_DEPTH: Final = 3
"""archives within each other | what lies deeper is a gap"""
NESTED_FILES: Final = 500
"""archives within the package that are opened | the others are a gap"""
NESTED_BYTES: Final = 128 << 20
"""bytes of an archive within the package | the archive is a gap"""
HELD_BYTES: Final = 1 << 30
"""bytes of archives within archives that are held in memory | the archive is a gap"""
EMPTY_BYTES: Final = 64 << 20
"""bytes of deflated blocks without contents, read to see what entries begin with, in all | the entry is a gap"""
END_RECORDS: Final = 16
"""end records that are looked at, from the end of the file backwards | the package is refused"""
SIGNING_BLOCK_BYTES: Final = 64 << 20
"""bytes of the signing block | the signature is a gap"""
SIGNING_LEVELS: Final = 64
"""certificates of a lineage | the signature is a gap"""

# -- binary XML and resource tables

CHUNKS: Final = 2_000_000
"""chunks one after another | the rest is not read"""
POOL_TEXT: Final = 8
"""text of a string pool, times its bytes: strings may overlap | the pool is a gap"""
XML_BYTES: Final = 32 << 20
"""bytes of a binary XML document | the document is refused"""
XML_ELEMENTS: Final = 500_000
"""elements of an XML document | the others are a gap"""
XML_DEPTH: Final = 200
"""levels of an XML document | the inner ones are a gap"""
RESOURCE_TYPES: Final = 100_000
"""type chunks of a resource table | the table is a gap"""
RESOURCE_LOOKS: Final = 5_000_000
"""type chunks looked at, in all look-ups together | the rest is a gap"""
RESOURCE_REFERENCES: Final = 20
"""references followed for one value | the value is unknown"""

# -- code

DEX_CONTAINED: Final = 4_096
"""DEX files in one container | the container is a gap"""
DEX_LISTED: Final = 16
"""entries of type lists, for each two bytes of the file: lists may be shared | the file is a gap"""
DEX_PARAMETERS: Final = 255
"""parameters of a prototype, where some lists cannot be read | the prototype has none, and the file a gap"""
DEX_LAYERS: Final = 64
"""code items over each other | the others are a gap"""
DEX_HANDLERS: Final = 1 << 16
"""exception handlers of a method | the others are not seen"""
DEX_TEXT_PAIRS: Final = 1 << 22
"""pairs of eight bytes compared to tell whether texts are in order, beside four a text | they are taken to be in order"""
DEX_RESCUED: Final = 1_000
"""classes that count more methods than there can be | of the others nothing is read; all are a gap"""
ELF_SYMBOLS: Final = 400_000
"""symbols of a native library | the others are not seen"""
ELF_NAMES: Final = 1 << 25
"""bytes of names of a native library: they may overlap | the others are not seen"""
ELF_RELOCATIONS: Final = 400_000
"""relocations of a native library | the others are not seen"""
NATIVE_FILES: Final = 600
"""native libraries that are read | the others are a gap"""
HERMES_READINGS: Final = 8
"""bytes of Hermes functions that are read, times those of the file: functions may overlap | the rest is a gap"""
SCRIPT_NODES: Final = 1_500_000
"""nodes of the syntax of one script | the rest is a gap"""
SCRIPT_CALLS: Final = 20_000
"""calls of one script | the rest is a gap"""
SCRIPT_SCOPES: Final = 100
"""functions within each other | inner ones share a scope"""
SCRIPT_BYTES: Final = 4 << 20
"""bytes of scripts of an app that are parsed | the others are searched for texts only, and a gap"""

# -- decoders of hidden texts, which are evaluated

DECODER_STEPS: Final = 200_000
"""steps of evaluating one call of a decoder, or one class's initialiser | the text stays unknown, a gap"""
DECODER_STEPS_IN_ALL: Final = 5_000_000
"""steps of evaluating decoders, in a package | the texts stay unknown, a gap"""
DECODER_DEPTH: Final = 40
"""methods that are evaluated within each other; classes that need each other | the text stays unknown, a gap"""
DECODED_UNITS: Final = 1 << 16
"""characters of a text that is evaluated | the text stays unknown, a gap"""
DECODED_ELEMENTS: Final = 1 << 16
"""elements of an array that is evaluated | the text stays unknown, a gap"""
DECODER_CALLS: Final = 20_000
"""calls of a method with a decoder's shape that are looked at | a gap"""
DECODER_LOOK_BACK: Final = 4_000
"""instructions before a call in which its arguments are sought | the text stays unknown, a gap"""
HIDDEN_TEXTS: Final = 2_000
"""hidden texts that are listed | the others are a gap, and count all the same"""

# -- texts and files

ASSET_BYTES: Final = 8 << 20
"""bytes of assets in which addresses are sought, in all | the others are a gap"""
KEY_BYTES: Final = 2 << 20
"""bytes of a file in which keys are sought | a larger one is not searched for them"""
YAML_BYTES: Final = 1 << 20
"""bytes of a rule, policy or waivers file | it is refused"""
YAML_NODES: Final = 50_000
"""nodes of a YAML file | it is refused"""
YAML_DEPTH: Final = 40
"""levels of a YAML file | it is refused"""
DECLARED_BYTES: Final = 4 << 20
"""bytes of a file with what a store was told | it is refused"""

# -- processes

ANSWER_BYTES: Final = 1 << 30
"""bytes that a sandboxed process may answer with | the package is a failure"""
APP_SECONDS: Final = 300.0
"""seconds of wall clock for one app of a catalog, if not told otherwise | its process is ended; tried again with less depth"""
APP_MEMORY: Final = 2 << 30
"""bytes of memory for one app of a catalog, if not told otherwise | its process is ended; tried again with less depth"""
