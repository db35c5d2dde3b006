"""Tests of the second engine."""
