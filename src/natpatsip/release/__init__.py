"""Release: publication, final editions, archived quarters and the manifest."""
