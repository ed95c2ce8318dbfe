"""Sealed blobs and fields: keys, envelope, object stores, sniffing, page images. Knows opaque owners, not charts."""
