"""The app as a program: its manifest, classes, calls, constants and owners."""
