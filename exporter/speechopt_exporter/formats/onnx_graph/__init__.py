"""The network as ONNX graphs, part by part; each file mirrors one of `speechopt_runtime.network`.

Written node by node rather than traced: the graph is then exactly the one that is meant (last-frame
prenet, masks and position as inputs, int8 only where it pays), its bytes are reproducible, and no
exporter of torch's stands between. That it computes the same is checked at every export.
"""
