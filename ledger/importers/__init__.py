"""Importers: foreign shapes of certificates, read into ours with a row for every leaf of the source."""
