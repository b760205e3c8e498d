"""From an app to facts: one module for each kind of thing that is looked for."""
