"""Data flow: what becomes of personal data from where it is read to where it leaves the app."""
