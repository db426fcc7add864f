"""What commands do, for Python: each function hands on to the library and returns what came of it.

`dnnctl` itself offers what stands here; nothing here prints.
"""
