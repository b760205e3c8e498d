"""A small, pure evaluator of DEX bytecode, for methods that give back texts which the package holds in another form.

Nothing of a package is run by Python, and nothing that is evaluated has an effect: an instruction or a call that is not pure ends
the evaluation, with the reason.
"""
