"""What Android is, as compact tables: class hierarchy, public API, permissions, and what to look for."""
