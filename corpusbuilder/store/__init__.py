"""How data rests: shards, manifests, assets. Knows bytes, not stages."""
