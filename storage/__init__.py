"""Bytes: stored once, by content, verified on the way in and streamed on the way out."""
