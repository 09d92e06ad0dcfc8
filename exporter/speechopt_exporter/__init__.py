"""speechopt_exporter: turns a SpeechT5 checkpoint into artifacts for `speechopt_runtime`.

    >>> from speechopt_exporter.export import Options, export
    >>> from speechopt_exporter.recipe import Recipe
    >>> export(Options(recipe=Recipe(prune=0.25, quantize="int8")))

Importing this package alone imports nothing: the modules below need the `[export]` extra.
"""
