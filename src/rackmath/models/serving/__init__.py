"""How fast a model runs on given hardware: step time, steady state, latency, and how sure that is."""
