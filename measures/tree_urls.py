"""Addresses; being filled."""

urlpatterns: list[object] = []
