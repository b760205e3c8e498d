"""Code of other runtimes that a package carries: what it uses, and which of the platform's APIs carry that out."""
