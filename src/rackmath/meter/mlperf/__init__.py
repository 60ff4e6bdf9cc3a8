"""Published results of MLPerf Inference: read, derived values, and which of them may be compared.

MLPerf is a trademark of MLCommons. Results that are recombined here, and values derived from them, were not verified by
MLCommons.
"""

NOTICE = (
    "MLPerf is a trademark of MLCommons. Values derived or recombined here are no official MLPerf results and were not "
    "verified by MLCommons."
)
"""Asked for by https://github.com/mlcommons/policies/blob/master/RESULTS_GUIDELINES.md."""
